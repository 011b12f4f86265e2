#include "engine/linux/signals.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace diptych::linux_guest {
namespace {

constexpr int first_real_time = 32;  // the kernel's own count, before libraries take some away
constexpr std::size_t longest_queue = 4096;

bool is_fault(const Signal& signal) {
  return signal.code > 0 && (signal.number == SIGSEGV || signal.number == SIGBUS || signal.number == SIGILL ||
                             signal.number == SIGTRAP || signal.number == SIGFPE);
}

}  // namespace

SignalInformation signal_information(const Signal& signal) {
  if (signal.edited) return *signal.edited;
  SignalInformation bytes{};
  auto put = [&](std::size_t at, const auto& value) { std::memcpy(bytes.data() + at, &value, sizeof value); };
  put(0, i32{signal.number});
  put(8, signal.code);
  if (is_fault(signal)) {
    put(16, signal.address);
  } else {
    put(16, signal.sender);
    put(20, signal.user);
    put(24, signal.value);
  }
  return bytes;
}

DefaultAction default_action(int number) {
  switch (number) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH: return DefaultAction::ignore;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: return DefaultAction::stop;
    default: return DefaultAction::end;
  }
}

std::string signal_name(int number) {
  static constexpr const char* names[] = {
      "", "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",  "SIGTRAP", "SIGABRT", "SIGBUS",  "SIGFPE",    "SIGKILL",   "SIGUSR1",
      "SIGSEGV",  "SIGUSR2", "SIGPIPE",   "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",   "SIGTTIN",
      "SIGTTOU",  "SIGURG",  "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",   "SIGSYS"};
  if (number >= 1 && number < first_real_time) return names[number];
  return "signal " + std::to_string(number);
}

bool Signals::ignores(int number) const {
  const u64 handler = actions[static_cast<std::size_t>(number)].handler;
  return handler == 1 || (handler == 0 && default_action(number) == DefaultAction::ignore);
}

void Signals::raise(const Signal& signal) {
  const u64 bit = signal_bit(signal.number);
  if (ignores(signal.number) && !(blocked & bit)) return;
  if ((pending_ & bit) && (signal.number < first_real_time || queue_.size() >= longest_queue)) return;
  pending_ |= bit;
  queue_.push_back(signal);
}

std::optional<Signal> Signals::take(u64 set) {
  if (!waiting(set)) return std::nullopt;
  auto wanted = [&](const Signal& signal) { return (signal_bit(signal.number) & set) != 0; };
  auto best = queue_.end();
  for (auto at = queue_.begin(); at != queue_.end(); ++at)
    if (wanted(*at) && (best == queue_.end() || at->number < best->number)) best = at;
  const Signal taken = *best;
  queue_.erase(best);
  if (std::ranges::none_of(queue_, [&](const Signal& other) { return other.number == taken.number; }))
    pending_ &= ~signal_bit(taken.number);
  return taken;
}

void Signals::discard(int number) {
  std::erase_if(queue_, [&](const Signal& signal) { return signal.number == number; });
  pending_ &= ~signal_bit(number);
}

}  // namespace diptych::linux_guest
