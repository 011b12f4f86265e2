// How a process goes on: instructions, signals and, in process_calls.cpp, system calls, each of which it can be left
// before and taken up at again.
#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/calls/trace.hpp"
#include "engine/linux/host_signals.hpp"
#include "engine/linux/layout.hpp"
#include "engine/linux/process.hpp"
#include "engine/linux/signal_frame.hpp"

#include <chrono>
#include <csignal>

namespace diptych::linux_guest {
namespace {

// Instructions between two looks for signals: about a millisecond.
constexpr u64 slice = 200'000;
// System calls may take long without many instructions between them.
constexpr u64 calls_between_looks = 64;
// Whoever looks on wants to look around as often.
constexpr std::chrono::milliseconds longest_advance{5};

using riscv64::pc_word;
constexpr std::size_t stack_register = 2, first_argument = 10, call_size = 4;

// As the kernel makes one that a debugger sends.
Signal from_debugger(int number) { return {.number = number, .code = SI_USER, .sender = getpid(), .user = getuid()}; }

}  // namespace

Ending Process::run() {
  HostSignals host;
  host_signals_ = host.descriptor();
  while (!ending_) advance(~u64{0});
  host_signals_ = {};
  return *ending_;
}

Event Process::ended() const {
  if (ending_->signal != 0) return {.kind = EventKind::killed, .signal = ending_->signal};
  return {.kind = EventKind::exited, .status = ending_->status};
}

Event Process::advance(u64 until) {
  const auto begun = watched_ ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point{};
  const u64 from = time();
  left_ = false;
  // However short the way: a debugger that steps by breakpoints goes one instruction at a time. What was reported and
  // is yet to happen comes first.
  if (watched_ && !in_hand_ && call_reported_ != time()) look();
  while (!ending_) {
    if (time() >= until || left_ || (watched_ && std::chrono::steady_clock::now() - begun >= longest_advance)) {
      // Never where something was reported and is yet to happen: what comes from outside would come before it.
      if (time() != from) look();
      return {};
    }
    if (const auto event = proceed(until, false)) return *event;
  }
  return ended();
}

Event Process::step() {
  const u64 from = time();
  left_ = false;
  while (!ending_ && !left_ && time() == from)
    if (const auto event = proceed(from + 1, true)) return *event;
  if (ending_) return ended();
  if (time() != from) look();
  return {};
}

std::optional<Event> Process::proceed(u64 until, bool one_instruction) {
  if (record_) take_outside();
  if (!in_hand_)
    if (const auto signal = signals.take(~signals.blocked)) in_hand_ = {.signal = *signal, .forced = false, .reported = false, .becomes = {}};
  if (in_hand_) {
    if (!in_hand_->reported && !(passed_ & signal_bit(in_hand_->signal.number))) {
      in_hand_->reported = true;
      return Event{.kind = EventKind::signal, .signal = in_hand_->signal.number, .information = signal_information(in_hand_->signal)};
    }
    resolve();
    return std::nullopt;
  }
  if (settle()) return std::nullopt;

  u64 budget = std::min(slice, until - time());
  if (repeating()) {
    // What comes by itself must find the guest at its time; the rest is where it leads to.
    const Record::Next next = record_->next();
    if (record_->at_end()) budget = std::min(budget, live_time_ - time());
    else if (next.kind == Record::Kind::raised || next.kind == Record::Kind::injected) budget = std::min(budget, next.time - time());
  }
  const Stop stop = one_instruction ? reported_stops_.step(*tier_) : reported_stops_.run(*tier_, {budget});
  const u64 calls_before = calls_;
  std::optional<Event> event;
  switch (stop.kind) {
    case StopKind::budget:
    case StopKind::end: break;
    case StopKind::system_call: event = system_call(); break;
    case StopKind::intercepted:
      if (stop.access == Access::none) event = Event{.kind = EventKind::stop_point};
      else event = Event{.kind = EventKind::access, .access = stop.access, .address = stop.address};
      break;
    default: fault(stop);
  }
  if (tier_->hart().retired - looked_ >= slice || (calls_ != calls_before && calls_ % calls_between_looks == 0)) look();
  return event;
}

void Process::look() {
  if (ending_ || repeating()) return;
  looked_ = tier_->hart().retired;
  collect_signals();
}

void Process::collect_signals() {
  if (repeated_) {
    // The handler asks once; what came is there from then on.
    for (const Signal& signal : std::exchange(repeated_->meanwhile, {})) signals.raise(signal);
    return;
  }
  if (host_signals_)
    while (const auto signal = take_host_signal(host_signals_)) raise_from_outside(*signal);
  for (const Signal& signal : timers.ring()) raise_from_outside(signal);
}

void Process::raise_from_outside(const Signal& signal) {
  signals.raise(signal);
  if (making_) making_->meanwhile.push_back(signal);
  else if (record_) record_->raised(time(), signal);
}

// While it repeats: what came at this time by itself.
void Process::take_outside() {
  while (!record_->at_end() && record_->next().time <= time()) {
    const Record::Next next = record_->next();
    if (next.time < time()) return part();
    if (next.kind == Record::Kind::raised) signals.raise(record_->raised());
    else if (next.kind == Record::Kind::faulted) {
      const Signal signal = record_->faulted();
      if (!in_hand_) in_hand_ = {.signal = signal, .forced = true, .reported = false, .becomes = {}};
    } else if (next.kind == Record::Kind::injected && !in_hand_) in_hand_ = {.signal = from_debugger(record_->injected()), .forced = false, .reported = true, .becomes = {}};
    else return;
  }
}

void Process::part() {
  parted_ = true;
  forget_future();
}

void Process::choose_signal(int number) {
  if (in_hand_ && in_hand_->reported) {
    if (number == in_hand_->signal.number) in_hand_->becomes.reset();
    else in_hand_->becomes = number;
    return;
  }
  if (number < 1 || number > signal_count || ending_) return;
  if (repeating()) forget_future();
  if (record_) record_->injected(time(), number);
  in_hand_ = {.signal = from_debugger(number), .forced = false, .reported = true, .becomes = {}};
}

bool Process::edit_signal(const SignalInformation& information) {
  if (!in_hand_ || !in_hand_->reported) return false;
  if (repeating()) forget_future();
  in_hand_->signal.edited = std::make_shared<const SignalInformation>(information);
  return true;
}

// The signal in hand takes effect, or does not.
void Process::resolve() {
  InHand hand = *std::exchange(in_hand_, std::nullopt);
  if (repeating()) {
    hand.becomes.reset();
    if (record_->next().kind == Record::Kind::edited && record_->next().time == time()) hand.signal.edited = std::make_shared<const SignalInformation>(record_->edited());
    if (record_->next().kind == Record::Kind::chosen && record_->next().time == time()) hand.becomes = record_->chosen();
  } else if (record_) {
    if (hand.forced && hand.reported) record_->faulted(time(), hand.signal);
    if (hand.signal.edited) record_->edited(time(), *hand.signal.edited);
    if (hand.becomes) record_->chosen(time(), *hand.becomes);
  }
  const bool traced = trace_ && !repeating();
  ++resolved_;
  if (hand.becomes == 0) return;
  if (hand.becomes) hand = {.signal = from_debugger(*hand.becomes), .forced = false, .reported = true, .becomes = {}};
  // Only one from a debugger can be blocked here; it waits as any other.
  if (!hand.forced && hand.reported && (signals.blocked & signal_bit(hand.signal.number))) return signals.raise(hand.signal);
  if (traced) trace_(trace_line(hand.signal));
  deliver(hand.signal, hand.forced);
}

// No signal is to be delivered: what a call left for one is done with. True: now there may be one.
bool Process::settle() {
  interrupted_.reset();
  if (!blocked_meanwhile) return false;
  // What rt_sigsuspend or ppoll blocked holds until its end; a handler's frame takes over what was before.
  signals.blocked = *std::exchange(blocked_meanwhile, std::nullopt);
  return signals.waiting(~signals.blocked);
}

void Process::deliver(const Signal& signal, bool forced) {
  SignalAction& kept = signals.actions[static_cast<std::size_t>(signal.number)];
  // What the program itself ran into cannot be put off.
  if (forced && ((signals.blocked & signal_bit(signal.number)) || kept.handler == 1)) kept = {};
  if (signals.ignores(signal.number) && !forced) return;
  if (kept.handler == 0) {
    if (default_action(signal.number) != DefaultAction::stop) return end({.signal = signal.number});
    // Whoever looks on has stopped it by then, and is not to be stopped along with it.
    if (!watched_) ::raise(SIGSTOP);
    return;
  }
  const SignalAction action = kept;
  if (action.flags & SA_RESETHAND) kept = {};
  Hart& hart = tier_->hart();
  auto& words = hart.state.words;
  // The guest stands before the call again, unless a debugger has led it elsewhere.
  if (interrupted_ && words[pc_word] == interrupted_->pc && !(interrupted_->how == restart_if_asked && (action.flags & SA_RESTART))) {
    words[pc_word] += call_size;
    words[first_argument] = static_cast<u64>(-EINTR);
  }
  interrupted_.reset();
  const u64 before = blocked_meanwhile ? *std::exchange(blocked_meanwhile, std::nullopt) : signals.blocked;
  if (!enter_handler(memory, hart.state, signals.stack, signal, action, before, trampoline_page)) return end({.signal = SIGSEGV});
  hart.reservation.reset();
  signals.blocked |= action.mask;
  if (!(action.flags & SA_NODEFER)) signals.blocked |= signal_bit(signal.number);
}

void Process::fault(const Stop& stop) {
  const u64 pc = tier_->hart().state.words[pc_word];
  Signal signal;
  switch (stop.kind) {
    case StopKind::illegal: signal = {.number = SIGILL, .code = ILL_ILLOPC, .address = pc}; break;
    case StopKind::breakpoint: signal = {.number = SIGTRAP, .code = TRAP_BRKPT, .address = pc}; break;
    case StopKind::misaligned: signal = {.number = SIGBUS, .code = BUS_ADRALN, .address = stop.address}; break;
    default: {
      const auto mapping = map.at(stop.address);
      if (mapping && mapping->backing == Backing::beyond_file) signal = {.number = SIGBUS, .code = BUS_ADRERR, .address = stop.address};
      else signal = {.number = SIGSEGV, .code = mapping ? SEGV_ACCERR : SEGV_MAPERR, .address = stop.address};
    }
  }
  in_hand_ = {.signal = signal, .forced = true, .reported = false, .becomes = {}};
}

bool Process::return_from_handler() {
  Hart& hart = tier_->hart();
  const auto left = leave_handler(memory, hart.state);
  if (!left) return false;
  signals.blocked = left->blocked & ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
  // The frame may name another signal stack, unless the one in use is left in place.
  if (!on_signal_stack(signals.stack, hart.state.words[stack_register])) {
    signals.stack = left->stack;
    if (signals.stack.flags & SS_DISABLE) signals.stack = {};
  }
  hart.reservation.reset();
  return true;
}

}  // namespace diptych::linux_guest
