#include "gdbstub/engine/engine_target.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "gdbstub/riscv64/description.hpp"
#include "gdbstub/riscv64/register_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diptych::gdb {
namespace {

std::string_view name_of_access(Access access) {
  return access == Access::read ? "read" : access == Access::write ? "write" : "read or write";
}

}  // namespace

EngineTarget::EngineTarget(std::unique_ptr<Inferior> inferior, std::unique_ptr<Reference> reference, const EngineOptions& options)
    : inferior_(std::move(inferior)),
      reference_(std::move(reference)),
      two_threads_(options.two_threads && reference_),
      halts_before_exit_(options.halts_before_exit && options.history_bytes != 0 && inferior_->makes_calls()),
      history_bytes_(options.history_bytes),
      timeline_(inferior_->execution(), stops_, options.history_bytes),
      description_(riscv64::describe(inferior_->os_abi())),
      own_registers_(description_.registers.size()) {
  if (reference_) {
    follower_ = reference_->lockstep();
    if (follower_) follower_->accompany(*inferior_, timeline_);
    panel_.emplace(*inferior_, timeline_, *reference_);
    if (!two_threads_) panel_->describe(description_);
  }
  commands_ = make_commands();
}

std::vector<ThreadInfo> EngineTarget::threads() const {
  if (const std::string name = inferior_->process().name; !two_threads_) return {{1, name.empty() ? std::string(tier().name()) : name}};
  return {{1, std::string(tier().name())}, {2, reference_->name()}};
}

// ---- registers and memory

void EngineTarget::read_register(u32 thread, std::size_t number, std::span<u8> bytes) const {
  u64 value = 0;
  if (number >= own_registers_) {
    value = panel_->value(number - own_registers_);
  } else if (behind_ && behind_->thread == thread) {
    const Place& shown = behind_->places.front();
    value = riscv64::register_value(shown.state, shown.retired, number);
  } else if (is_reference(thread)) {
    value = riscv64::register_value(panel_->sight().state, panel_->sight().retired, number);
  } else {
    value = riscv64::register_value(state(), tier().hart().retired, number);
  }
  std::memcpy(bytes.data(), &value, bytes.size());
}

bool EngineTarget::write_register(u32 thread, std::size_t number, std::span<const u8> bytes) {
  if (is_reference(thread)) return false;
  if (number >= own_registers_) return true;
  u64 value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  GuestState changed = state();
  riscv64::set_register(changed, number, value);
  // Debuggers write back what they read; only a change is one.
  if (changed == state()) return true;
  behind_.reset();
  timeline_.set_state(changed);
  led_elsewhere();
  return true;
}

std::size_t EngineTarget::read_memory(u32 thread, u64 address, std::span<u8> bytes) const {
  const std::size_t size = timeline_.read(address, bytes);
  if (is_reference(thread)) reference_->read_memory(address, bytes.first(size));
  return size;
}

bool EngineTarget::write_memory(u32 thread, u64 address, std::span<const u8> bytes) {
  if (is_reference(thread) || !timeline_.write(address, bytes)) return false;
  led_elsewhere();
  return true;
}

std::optional<u64> EngineTarget::allocate(u64 size, Access access) {
  // As with mmap, what may be written or executed may be read as well.
  const auto pages = timeline_.map(size, access == Access::none ? access : access | Access::read);
  if (!pages) return std::nullopt;
  allocated_.push_back(*pages);
  led_elsewhere();
  return pages->address;
}

bool EngineTarget::release(u64 address) {
  const auto found = std::ranges::find(allocated_, address, &Range::address);
  if (found == allocated_.end()) return false;
  const bool was_there = timeline_.unmap(*found);
  allocated_.erase(found);
  if (was_there) led_elsewhere();
  return was_there;
}

u64 EngineTarget::program_counter(u32 thread) const {
  u64 value = 0;
  read_register(thread, riscv64::pc_number, std::span(reinterpret_cast<u8*>(&value), sizeof value));
  return value;
}

void EngineTarget::set_program_counter(u32 thread, u64 address) {
  write_register(thread, riscv64::pc_number, std::span(reinterpret_cast<const u8*>(&address), sizeof address));
}

// ---- breakpoints and watchpoints

bool EngineTarget::insert_breakpoint(BreakpointKind kind, u64 address) {
  if (address % 2 != 0 || !breakpoints_.insert(kind, address)) return false;
  // gdb, which steps by a breakpoint of its own, inserts the user's again where both were at one place.
  if (address == tier().program_counter()) inferior_->execution().reported_stops().forget_stop_point();
  if (stops_.has(address)) return true;
  if (!stops_.insert(address)) return false;
  timeline_.stops_changed(address);
  return true;
}

void EngineTarget::remove_breakpoint(BreakpointKind kind, u64 address) {
  breakpoints_.remove(kind, address);
  if (breakpoints_.at(address) || !stops_.has(address)) return;
  stops_.erase(address);
  if (address == tier().program_counter()) inferior_->execution().reported_stops().forget_stop_point();
  timeline_.stops_changed(address);
}

bool EngineTarget::insert_watchpoint(Access access, u64 address, u64 size) {
  const Watchpoint wanted{access, address, size};
  if (size == 0 || address + size < address) return false;
  if (std::ranges::find(watchpoints_, wanted) != watchpoints_.end()) return true;
  if (!tier().hart().memory.watch_accesses({address, size}, access)) return false;
  watchpoints_.push_back(wanted);
  return true;
}

void EngineTarget::remove_watchpoint(Access access, u64 address, u64 size) {
  if (std::erase(watchpoints_, Watchpoint{access, address, size}) != 0) tier().hart().memory.unwatch_accesses({address, size}, access);
}

void EngineTarget::remove_all_breakpoints() {
  breakpoints_.clear();
  const std::vector<u64> all(stops_.addresses().begin(), stops_.addresses().end());
  stops_.clear();
  inferior_->execution().reported_stops().forget_stop_point();
  for (const u64 address : all) timeline_.stops_changed(address);
  while (!watchpoints_.empty()) {
    const Watchpoint last = watchpoints_.back();
    remove_watchpoint(last.access, last.address, last.size);
  }
}

// ---- running

void EngineTarget::resume(Resume how) {
  how_ = how;
  // To get past a breakpoint, or a line, a debugger steps, and goes on whatever it came to. A trap in the midst of its
  // steps it would take for a step's.
  if (std::exchange(to_be_seen_, false) && how.silent && how.direction == Direction::forward) {
    at_once_ = signalled(how.kind == ResumeKind::go_on ? Signal::trap : Signal::none);
    return;
  }
  if (two_threads_) at_once_ = move_threads(how);
  if (at_once_) return;
  why_ = "Interrupted.";  // unless a halt of its own says otherwise
  if (exit_reported_at_ != timeline_.time()) exit_reported_at_.reset();
  if (panel_) panel_->moved();
  if (follower_ && (how.direction == Direction::backward || (plan_ && plan_->kind == PlanKind::time))) follower_->changed();
  if (plan_) return;
  if (how.direction == Direction::backward) {
    last_signal_.reset();
    if (how.kind == ResumeKind::go_on) timeline_.begin_back();
    else timeline_.begin_back_step();
    return;
  }
  if (last_signal_ || how.signal) inferior_->execution().choose_signal(how.signal ? linux_number_of(*how.signal) : 0);
  last_signal_.reset();
}

std::optional<Halt> EngineTarget::advance(u64 most) {
  if (at_once_) return std::exchange(at_once_, std::nullopt);
  std::optional<Halt> halt;
  bool at_parting = false;
  if (plan_) {
    halt = follow_plan(most);
  } else if (how_.direction == Direction::backward) {
    if (const auto halted = timeline_.backward(most)) {
      halt = halt_of(*halted);
      if (halted->edge == Timeline::Edge::none && halted->event.kind == EventKind::time) why_ = "After a step back.";
    }
  } else if (how_.kind == ResumeKind::step) {
    if (const auto halted = go_one()) halt = halt_of(*halted);
    if (halt && halt->reason == HaltReason::other && halt->signal == Signal::trap) why_ = "After a step.";
  } else {
    halt = how_.kind == ResumeKind::range ? step_range(most) : forward(most);
  }
  if (halt && !halt->alive()) halt = halt_before_exit(*halt);
  if (std::string said = inferior_->execution().take_notice(); !said.empty()) notice_ += said + "\n";
  if (follower_) {
    notice_ += follower_->take_notice();
    at_parting = follower_->take_parting();
    if (at_parting) halt = parted();
  } else if (halt && panel_ && halt->alive() && !plan_ && how_.direction == Direction::forward) {
    const auto parted = compare();
    at_parting = parted.has_value();
    if (at_parting) halt = parted;
  }
  if (halt) {
    // From where both agree, a divergence that was told is to be told again.
    if (timeline_.time() <= agreed_until_) parted_told_ = false;
    seen_until_ = std::max(seen_until_, timeline_.time());
    if (plan_ || at_parting) to_be_seen_ = halt->alive();
    plan_.reset();
    if (halt->alive() && !is_end_of_step(*halt)) report_stop_point();
  }
  return halt;
}

std::optional<Halt> EngineTarget::follow_plan(u64 most) {
  if (plan_->kind == PlanKind::divergence && follower_) {
    if (!std::exchange(plan_->begun, true)) stand_before_first_parting();
    auto halt = toward_divergence();
    if (halt && !follower_->has_parted()) notice_ += fmt::format("{} agrees up to here.\n", reference_->name());
    return halt;
  }
  if (plan_->kind == PlanKind::divergence) {
    const bool found = run_to_divergence(false);
    if (!found) notice_ += fmt::format("{} agrees up to here.\n", reference_->name());
    return found ? signalled(Signal::trap) : last_halt_;
  }
  if (!std::exchange(plan_->begun, true)) timeline_.begin_seek(plan_->time);
  const auto halted = timeline_.backward(most);
  if (!halted) return std::nullopt;
  if (panel_) panel_->moved();
  why_ = fmt::format("At {}, as asked.", timeline_.time());
  return signalled(Signal::trap);
}

std::optional<Halt> EngineTarget::forward(u64 most) {
  const auto halted = follower_ ? follower_->forward(most) : timeline_.forward(most);
  if (!halted || (halted->edge == Timeline::Edge::end && timeline_.time() == end_passed_)) return std::nullopt;
  return halt_of(*halted);
}

// Nothing: there is more to be done before it is one.
std::optional<Timeline::Halted> EngineTarget::go_one() { return follower_ ? follower_->step() : timeline_.step(); }

// It has come to a stop point, perhaps, but was not told so: a debugger that goes on with one inserted here, as gdb does
// for `jump *$pc`, wants to halt at it.
bool EngineTarget::is_end_of_step(const Halt& halt) const {
  return how_.kind == ResumeKind::step && how_.direction == Direction::forward && halt.reason == HaltReason::other && halt.signal == Signal::trap;
}

// Whoever halts at a stop point, for any other reason, goes on past it.
void EngineTarget::report_stop_point() {
  if (stops_.has(tier().program_counter())) inferior_->execution().reported_stops().report_stop_point(tier());
}

// A debugger that is told of the end asks for nothing more, and there is no way back. One that was told of the signal
// that ends it has halted before it.
Halt EngineTarget::halt_before_exit(const Halt& exit) {
  const bool untold = exit.kind == HaltKind::exited || (passed_signals_ >> (linux_number_of(exit.signal) - 1) & 1) != 0;
  const u64 before = timeline_.time() - 1;
  if (!halts_before_exit_ || !untold || how_.direction == Direction::backward || exit_reported_at_ == before) return exit;
  exit_reported_at_ = before;
  if (follower_) follower_->changed();
  timeline_.begin_seek(before);
  while (!timeline_.backward(1 << 20)) {}
  if (panel_) panel_->moved();
  why_ = exit.kind == HaltKind::exited ? fmt::format("Before the program exits with status {}.", exit.exit_code)
                                       : fmt::format("Before a signal ends the program: {}.", linux_number_of(exit.signal));
  notice_ += fmt::format("{} From here there is a way back; going on ends it.\n", why_);
  return signalled(Signal::none);
}

// By hand: what the reference knows of here does not hold.
void EngineTarget::led_elsewhere() {
  agreed_until_ = std::min(agreed_until_, timeline_.time());
  parted_told_ = false;
  seen_until_ = timeline_.time();
  end_passed_ = 0;
  if (first_parting_ && *first_parting_ > timeline_.time()) first_parting_.reset();
  if (!reference_) return;
  reference_->take_over(timeline_.time(), state(), [this](u64 address, std::span<u8> bytes) { return timeline_.read(address, bytes); });
  panel_->moved();
}

std::optional<Halt> EngineTarget::step_range(u64 most) {
  for (u64 i = 0; i < most; ++i) {
    const auto halted = go_one();
    if (!halted) return std::nullopt;
    if (halted->event.kind != EventKind::time || halted->edge != Timeline::Edge::none) return halt_of(*halted);
    if (program_counter(1) - how_.begin >= how_.end - how_.begin) {
      why_ = "After a step.";
      return signalled(Signal::trap);
    }
  }
  return std::nullopt;
}

Halt EngineTarget::interrupt() {
  timeline_.stay();
  at_once_.reset();
  seen_until_ = std::max(seen_until_, timeline_.time());
  report_stop_point();
  if (panel_) panel_->moved();
  return {.signal = Signal::interrupt};
}

Halt EngineTarget::signalled(Signal signal, HaltReason reason, u64 detail) {
  return {.kind = HaltKind::stopped, .signal = signal, .reason = reason, .detail = detail};
}

std::string EngineTarget::told_call(u64 number) const {
  const std::string_view name = inferior_->call_name(number);
  return name.empty() ? fmt::format("{}", number) : fmt::format("{} ({})", name, number);
}

// A debugger that did not ask takes a stop for a system call as none of its own, and goes on.
Halt EngineTarget::at_call(std::string_view where, HaltReason reason, u64 call) {
  why_ = fmt::format("{} system call {}.", where, told_call(call));
  if (!monitor_catches_) return signalled(Signal::trap, reason, call);
  notice_ += why_ + "\n";
  return signalled(Signal::trap);
}

Halt EngineTarget::stopped_at_point(u32 thread) {
  why_ = "At a breakpoint.";
  const auto kind = breakpoints_.at(program_counter(thread));
  return signalled(Signal::trap, kind == BreakpointKind::hardware ? HaltReason::hardware_breakpoint : HaltReason::software_breakpoint);
}

Halt EngineTarget::halt_of(const Timeline::Halted& halted) {
  if (halted.edge == Timeline::Edge::beginning) {
    why_ = "At the beginning of what is remembered.";
    return signalled(Signal::trap, HaltReason::replay_begin);
  }
  if (halted.edge == Timeline::Edge::end && !stops_.has(program_counter(1))) {
    why_ = "At the end of what is recorded; going on from here is new.";
    return signalled(Signal::trap, HaltReason::replay_end);
  }
  if (halted.edge == Timeline::Edge::end) return stopped_at_point();
  return halt_of(halted.event);
}

Halt EngineTarget::halt_of(const Event& event) {
  last_signal_.reset();
  switch (event.kind) {
    case EventKind::time: return signalled(Signal::trap);
    case EventKind::stop_point: return stopped_at_point();
    case EventKind::access: {
      why_ = fmt::format("At a watchpoint: a {} of {:#x}.", name_of_access(event.access), event.address);
      // The debugger knows the watchpoint by its own address and kind.
      const auto hit = std::ranges::find_if(watchpoints_, [&](const Watchpoint& one) {
        return event.address - one.address < one.size && (u8(one.access) & u8(event.access)) != 0;
      });
      const Access access = hit == watchpoints_.end() ? event.access : hit->access;
      return signalled(Signal::trap, access == Access::write ? HaltReason::write_watch : access == Access::read ? HaltReason::read_watch : HaltReason::access_watch,
                       event.address);
    }
    case EventKind::signal: {
      const Stop& stop = tier().hart().stop;
      last_signal_ = event;
      const bool own_breakpoint = stop.kind == StopKind::breakpoint;
      why_ = inferior_->makes_calls() ? fmt::format("Before signal {}.", event.signal) : "Stopped: " + describe(stop) + ".";
      if (panel_ && !inferior_->makes_calls()) panel_->moved(stop);
      return signalled(signal_of_linux(event.signal), own_breakpoint ? HaltReason::software_breakpoint : HaltReason::other);
    }
    case EventKind::call:
      return at_call("Before", HaltReason::call_entry, event.call);
    case EventKind::call_done:
      return at_call("After", HaltReason::call_return, event.call);
    case EventKind::code_end: {
      why_ = "At the end of the code.";
      if (how_.kind == ResumeKind::step) to_be_seen_ = true;
      // A breakpoint at the very end is reached as much as the end is.
      const bool both = breakpoints_.at(program_counter(1)) == BreakpointKind::software;
      return signalled(Signal::trap, both ? HaltReason::software_breakpoint : HaltReason::other);
    }
    case EventKind::exited:
      why_ = inferior_->makes_calls() ? fmt::format("It exited with status {}.", event.status) : "The end of the code was reached, and it went on: the case is over.";
      return {.kind = HaltKind::exited, .exit_code = u8(event.status)};
    case EventKind::killed:
      why_ = fmt::format("Signal {} ended it.", event.signal);
      return {.kind = HaltKind::killed, .signal = signal_of_linux(event.signal)};
  }
  return {};
}

void EngineTarget::pass_signals(std::span<const Signal> signals) {
  u64 set = 0;
  for (const Signal one : signals)
    if (const int number = linux_number_of(one); number > 0 && number <= 64) set |= u64{1} << (number - 1);
  passed_signals_ = set;
  if (follower_) follower_->pass_signals(set);
  else inferior_->execution().pass_signals(set);
}

bool EngineTarget::catch_calls(std::optional<std::vector<u64>> which) {
  if (!inferior_->makes_calls()) return false;
  monitor_catches_.reset();
  inferior_->execution().catch_calls(std::move(which));
  return true;
}

std::optional<SignalInformation> EngineTarget::signal_information() const {
  if (!last_signal_) return std::nullopt;
  return last_signal_->information;
}

bool EngineTarget::set_signal_information(const SignalInformation& information) {
  if (!last_signal_ || !timeline_.edit_signal(information)) return false;
  last_signal_->information = information;
  return true;
}

Result<void> EngineTarget::restart(const Launch& launch) {
  if (auto prepared = inferior_->prepare_restart(launch); !prepared) return prepared;
  if (auto restarted = timeline_.restart(); !restarted) return restarted;
  for (const Watchpoint& one : watchpoints_) tier().hart().memory.watch_accesses({one.address, one.size}, one.access);
  allocated_.clear();
  last_signal_.reset();
  behind_.reset();
  to_be_seen_ = false;
  exit_reported_at_.reset();
  led_elsewhere();
  why_ = "At the beginning.";
  return {};
}

}  // namespace diptych::gdb
