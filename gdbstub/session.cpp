#include "gdbstub/session.hpp"

#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"
#include "gdbstub/stop_reply.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace diptych::gdb {
namespace {

// About as long as a person or a debugger can wait for an interrupt to take hold, by a wide margin.
constexpr u64 instructions_between_looks = 200'000;
constexpr std::chrono::milliseconds time_between_looks(5);

// More than this is not kept for a console: a breakpoint that prints may be reached a million times.
constexpr std::size_t longest_console = std::size_t{1} << 20;

// The guest as expressions at breakpoints see it.
class Guest final : public agent::Surroundings {
 public:
  Guest(Target& target, u32 thread, std::string& console) : target_(target), thread_(thread), console_(console) {}

  std::optional<u64> read_register(u64 number) override {
    const auto& registers = target_.description().registers;
    if (number >= registers.size() || registers[number].bits > 64) return std::nullopt;
    std::array<u8, 8> bytes{};
    target_.read_register(thread_, number, std::span(bytes).first(registers[number].bytes()));
    u64 value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  bool read_memory(u64 address, std::span<u8> bytes) override {
    return target_.read_memory(thread_, address, bytes) == bytes.size();
  }

  void print(std::string_view text) override { console_ += text.substr(0, longest_console - console_.size()); }

 private:
  Target& target_;
  u32 thread_;
  std::string& console_;
};

bool is_breakpoint(HaltReason reason) {
  return reason == HaltReason::software_breakpoint || reason == HaltReason::hardware_breakpoint;
}

// What the guest prints and no debugger takes. Nobody can be told where it is lost.
void print_beside(std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = write(STDERR_FILENO, text.data(), text.size());
    if (size < 0 && errno != EINTR) return;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
}

// How a guest that nobody looks after goes on: what it would have got without a debugger is delivered.
Resume unattended(const Halt& halt) {
  Resume how;
  if (halt.signal != Signal::trap && halt.signal != Signal::interrupt && halt.signal != Signal::none)
    how.signal = halt.signal;
  return how;
}

}  // namespace

Session::Session(Target& target, Leaving leaving) : target_(target), leaving_(leaving) { look_around(); }

void Session::look_around() {
  process_ = target_.process().id;
  const std::vector<ThreadInfo> threads = target_.threads();
  thread_ = threads.empty() ? 1 : threads.front().number;
  focus_ = thread_;
}

rsp::ThreadId Session::identifier(u32 thread) const {
  return {.process = static_cast<std::int64_t>(process_), .thread = static_cast<std::int64_t>(thread)};
}

bool Session::includes(const rsp::ThreadId& id, u32 thread) const {
  const rsp::ThreadId one = identifier(thread);
  return id.includes(one.process, one.thread);
}

std::optional<ThreadInfo> Session::find(const rsp::ThreadId& id) const {
  for (ThreadInfo& thread : target_.threads())
    if (includes(id, thread.number)) return std::move(thread);
  return std::nullopt;
}

void Session::connected() {
  client_ = {};
  as_found_ = true;
  if (running_) {
    running_ = false;
    halt_ = target_.interrupt();
  }
  look_around();
}

void Session::disconnected() {
  actions_.clear();
  files_.clear();
  saved_registers_.clear();
  launch_ = {};
  console_.clear();
  unreported_.clear();
  notification_.reset();
  target_.remove_all_breakpoints();
  target_.pass_signals({});
  static_cast<void>(target_.catch_calls(std::nullopt));
  if (leaving_ == Leaving::end) {
    killed_by_request_ = true;
    return;
  }
  const bool goes_on = leaving_ == Leaving::go_on && !killed_by_request_;
  if (running_ && !goes_on) {
    running_ = false;
    halt_ = target_.interrupt();
  } else if (!running_ && goes_on && halt_.alive()) {
    resume(unattended(halt_));
  }
  // Who could have started it again has left without doing so.
  if (!halt_.alive() && client_.extended) static_cast<void>(restart());
  client_ = {};
}

std::optional<std::string> Session::handle(std::string_view packet) {
  std::optional<u32> selected;
  if (client_.thread_suffixes)
    if (const auto named = take_thread_suffix(packet)) {
      const auto thread = find(*named);
      if (!thread) return explained(*this, reply::no_such_thread);
      selected = std::exchange(thread_, thread->number);
    }
  auto answer = handle_selected(packet);
  if (selected) thread_ = *selected;
  if (answer && answer->starts_with('E')) return explained(*this, *answer);
  return answer;
}

std::optional<std::string> Session::handle_selected(std::string_view packet) {
  const Packet found = find_packet(packet);
  if (!found.handle) return std::string();  // by the protocol, what is unknown has an empty reply
  if (found.needs != Needs::nothing && !halt_.alive()) return reply::no_such_thread;
  if (found.needs == Needs::halt && running_) return reply::running;
  return found.handle(*this, found.arguments);
}

void Session::resume(Resume how, u32 focus, std::vector<u32> moving) {
  how.focus = focus;
  how.silent = !shown_;
  how_ = how;
  focus_ = focus;
  moving_ = std::move(moving);
  target_.resume(how);
  running_ = true;
  as_found_ = false;
}

bool Session::is_silenced(const Halt& halt, BreakpointKind kind) {
  if (actions_.empty() || !halt.alive()) return false;
  if (how_.kind == ResumeKind::step) return false;  // it has come where the debugger wanted it
  const u32 thread = halt.thread != 0 ? halt.thread : focus_;
  const BreakpointActions* actions = actions_.at(kind, target_.program_counter(thread));
  if (!actions) return false;
  Guest guest(target_, thread, console_);
  return !is_to_be_told(*actions, guest);
}

bool Session::goes_on_by_itself(const Halt& halt) {
  return is_breakpoint(halt.reason) && is_silenced(halt, halt.reason == HaltReason::software_breakpoint ? BreakpointKind::software : BreakpointKind::hardware);
}

// A debugger takes every trap at a breakpoint for that one's, and goes on where its condition does not hold.
bool Session::is_no_trap(const Halt& halt) {
  return halt.reason == HaltReason::other && halt.signal == Signal::trap && is_silenced(halt, BreakpointKind::software);
}

std::optional<std::string> Session::advance() {
  const auto until = std::chrono::steady_clock::now() + time_between_looks;
  for (;;) {
    auto halt = target_.advance(instructions_between_looks);
    if (!halt) return std::nullopt;
    if (is_no_trap(*halt)) halt->signal = Signal::none;
    if (!goes_on_by_itself(*halt)) return come_to(*halt);
    // A signal to be delivered has been.
    how_.signal.reset();
    target_.resume(how_);
    if (std::chrono::steady_clock::now() >= until) return std::nullopt;
  }
}

void Session::advance_alone() {
  if (!running_) return;
  const auto halt = target_.advance(instructions_between_looks);
  print_beside(target_.take_output());
  if (!halt) return;
  if (halt->alive())
    target_.resume(unattended(*halt));
  else
    this->halt(*halt);
}

std::optional<std::string> Session::come_to(const Halt& halt) {
  this->halt(halt);
  console_ += target_.take_notice();
  if (!client_.non_stop) {
    thread_ = halt_.thread != 0 ? halt_.thread : focus_;  // the debugger takes it for selected now, too
    return stop_reply();
  }
  const bool waits = !unreported_.empty();
  if (!halt.alive()) {
    unreported_.push_back(stop_reply(focus_, halt));
  } else {
    // Of those that moved together, one has the reason and the others just stand.
    const u32 reason = halt.thread != 0 ? halt.thread : focus_;
    if (moving_.empty())
      for (const ThreadInfo& thread : target_.threads()) moving_.push_back(thread.number);
    for (const u32 thread : moving_)
      unreported_.push_back(stop_reply(thread, thread == reason ? halt : Halt{.signal = Signal::none}));
  }
  moving_.clear();
  if (!waits && !unreported_.empty()) notification_ = "Stop:" + unreported_.front();
  return std::nullopt;
}

void Session::halt(const Halt& halt) {
  running_ = false;
  shown_ = false;
  halt_ = halt;
}

std::optional<std::string> Session::interrupt() { return come_to(target_.interrupt()); }

void Session::stop_quietly(Signal signal) {
  Halt halt = target_.interrupt();
  halt.signal = signal;
  come_to(halt);
}

// A debugger that does not wait for a halt does not listen for its console either.
std::string Session::take_console() {
  std::string printed = target_.take_output();
  if (client_.non_stop) {
    print_beside(printed);
    console_.clear();
    return {};
  }
  return std::exchange(console_, {}) + printed;
}

std::optional<std::string> Session::take_notification() { return std::exchange(notification_, std::nullopt); }

std::string Session::next_unreported() {
  if (!unreported_.empty()) unreported_.pop_front();
  return unreported_.empty() ? "OK" : unreported_.front();
}

std::string Session::report_all() {
  unreported_.clear();
  notification_.reset();
  if (!halt_.alive()) {
    unreported_.push_back(stop_reply(thread_, halt_));
  } else {
    for (const ThreadInfo& thread : target_.threads())
      if (!is_moving(thread.number))
        unreported_.push_back(
            stop_reply(thread.number, thread.number == focus_ ? halt_ : Halt{.signal = Signal::none}));
  }
  return unreported_.empty() ? "OK" : unreported_.front();
}

bool Session::is_moving(u32 thread) const {
  return running_ && (moving_.empty() || std::ranges::find(moving_, thread) != moving_.end());
}

Result<void> Session::restart() {
  auto done = target_.restart(launch_);
  if (done) {
    running_ = false;
    as_found_ = true;
    halt_ = {};
  }
  look_around();
  return done;
}

// lldb sets a breakpoint of its own at the program's entry when it comes. Told of a trap there, it takes that for reached
// and has the program go on.
std::string Session::stop_reply() const {
  Halt told = halt_;
  if (as_found_ && client_.is_lldb && told.alive() && told.signal == Signal::trap) told.signal = Signal::stop;
  return stop_reply(thread_, told);
}

std::string Session::stop_reply(u32 thread, const Halt& halt) const {
  return describe_stop(target_, client_, identifier(thread), halt);
}

}  // namespace diptych::gdb
