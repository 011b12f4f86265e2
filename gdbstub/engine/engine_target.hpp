// A guest on the engine as the protocol sees it, forwards and backwards, with a reference beside it if asked for.
#pragma once

#include "engine/debug/timeline.hpp"
#include "gdbstub/beside/lockstep_reference.hpp"
#include "gdbstub/beside/panel_view.hpp"
#include "gdbstub/breakpoints.hpp"
#include "gdbstub/engine/inferior.hpp"
#include "gdbstub/target.hpp"

#include <deque>
#include <memory>

namespace diptych::gdb {

struct EngineOptions {
  std::size_t history_bytes = std::size_t{512} << 20;  ///< what going back may take; 0: there is no going back
  bool halts_before_exit = true;  ///< of a program, where there is a way back from there
  bool two_threads = false;  ///< the reference is a second thread rather than registers of the first
};

class EngineTarget final : public Target {
 public:
  /// `reference` may be nullptr.
  EngineTarget(std::unique_ptr<Inferior> inferior, std::unique_ptr<Reference> reference, const EngineOptions& options);

  const Description& description() const override { return description_; }
  std::vector<ThreadInfo> threads() const override;
  ProcessInfo process() const override { return inferior_->process(); }

  void read_register(u32 thread, std::size_t number, std::span<u8> bytes) const override;
  bool write_register(u32 thread, std::size_t number, std::span<const u8> bytes) override;
  std::size_t read_memory(u32 thread, u64 address, std::span<u8> bytes) const override;
  bool write_memory(u32 thread, u64 address, std::span<const u8> bytes) override;
  u64 program_counter(u32 thread) const override;
  void set_program_counter(u32 thread, u64 address) override;

  bool insert_breakpoint(BreakpointKind kind, u64 address) override;
  void remove_breakpoint(BreakpointKind kind, u64 address) override;
  bool insert_watchpoint(Access access, u64 address, u64 size) override;
  void remove_watchpoint(Access access, u64 address, u64 size) override;
  void remove_all_breakpoints() override;

  void resume(Resume how) override;
  std::optional<Halt> advance(u64 most) override;
  Halt interrupt() override;
  bool goes_back() const override { return timeline_.goes_back(); }

  void pass_signals(std::span<const Signal> signals) override;
  bool catch_calls(std::optional<std::vector<u64>> which) override;
  std::vector<u8> auxiliary_vector() const override { return inferior_->auxiliary_vector(); }
  std::vector<MappingInfo> mappings() const override { return inferior_->mappings(); }
  std::vector<OpenFileInfo> open_files() const override { return inferior_->open_files(); }
  std::optional<SignalInformation> signal_information() const override;
  bool set_signal_information(const SignalInformation& information) override;
  std::optional<std::vector<u8>> open_file(std::string_view path) const override { return inferior_->open_file(path); }
  bool allocates() const override { return inferior_->gives_memory(); }
  std::optional<u64> allocate(u64 size, Access access) override;
  bool release(u64 address) override;

  std::string status() const override;
  std::span<const MonitorCommand> commands() const override { return commands_; }
  std::string take_notice() override { return std::exchange(notice_, {}); }
  std::string take_output() override { return inferior_->take_output(); }
  Result<void> restart(const Launch& launch) override;

  /// To the first place, from here on, where engine and reference have parted; `before` it is one instruction
  /// earlier. False: they agree up to the end.
  bool run_to_divergence(bool before);

 private:
  struct Watchpoint {
    Access access = Access::none;
    u64 address = 0;
    u64 size = 0;
    bool operator==(const Watchpoint&) const = default;
  };

  // A debugger shows no new place unless the guest has run: what a monitor command asks for is done by the next
  // continue.
  enum class PlanKind : u8 { time, divergence };
  struct Plan {
    PlanKind kind = PlanKind::time;
    u64 time = 0;
    bool begun = false;
  };

  // A thread that the debugger leaves where it is while it moves the other alone. Both machines go together all the same:
  // it is shown where it was, and makes up for it when it is moved itself.
  struct Place {
    GuestState state;
    u64 retired = 0;
  };
  struct Behind {
    u32 thread = 0;
    std::deque<Place> places;  // the first is where it is shown, the others are where it comes by
    bool untold = false;       // it stands at a breakpoint that only the other was said to have come to
  };

  Tier& tier() const { return inferior_->execution().tier(); }
  const GuestState& state() const { return tier().hart().state; }
  bool is_reference(u32 thread) const { return thread == 2; }
  Halt halt_of(const Event& event);
  Halt halt_of(const Timeline::Halted& halted);
  // With its number, and its name if it has one.
  std::string told_call(u64 number) const;
  Halt at_call(std::string_view where, HaltReason reason, u64 call);
  Halt signalled(Signal signal, HaltReason reason = HaltReason::other, u64 detail = 0);
  std::optional<Halt> forward(u64 most);
  std::optional<Halt> step_range(u64 most);
  Halt stopped_at_point(u32 thread = 1);
  void led_elsewhere();
  bool is_end_of_step(const Halt& halt) const;
  void report_stop_point();
  Halt halt_before_exit(const Halt& exit);
  std::optional<Timeline::Halted> go_one();
  std::optional<Halt> follow_plan(u64 most);

  // engine_threads.cpp
  Place place_of(u32 thread) const;
  std::optional<Halt> move_threads(const Resume& how);
  std::optional<Halt> catch_up(const Resume& how);

  // engine_beside.cpp
  std::optional<Halt> compare();
  Halt parted();
  bool parted_before() const;
  void stand_before_first_parting();
  std::optional<Halt> toward_divergence();
  std::string told_difference();
  void tell_parting(u64 time);
  void stand_one_earlier();
  std::optional<u64> go_to_parting();

  // engine_core.cpp
  std::string write_core(std::string_view path);

  // engine_commands.cpp
  std::vector<MonitorCommand> make_commands();
  std::string mark_now();
  std::string list_marks() const;
  std::string plan_to_go(std::string_view arguments);
  std::string plan_for_divergence();
  std::string catch_for_monitor(std::string_view arguments);
  std::string difference();
  std::string statistics() const;

  std::unique_ptr<Inferior> inferior_;
  std::unique_ptr<Reference> reference_;
  const bool two_threads_;
  const bool halts_before_exit_;
  const std::size_t history_bytes_;
  StopPoints stops_;
  Breakpoints breakpoints_;
  std::vector<Watchpoint> watchpoints_;
  std::vector<Range> allocated_;  // for the debugger
  Timeline timeline_;
  LockstepReference* follower_ = nullptr;  // the reference, if it is one that goes along
  mutable std::optional<PanelView> panel_;  // finds out what the reference has come to when it is first asked for
  Description description_;
  const std::size_t own_registers_;  // of the description, the first; the reference's follow
  std::vector<MonitorCommand> commands_;
  std::vector<u64> marks_;
  std::optional<std::vector<u64>> monitor_catches_;  // system calls, empty: all; for debuggers that know none of this guest
  std::optional<Plan> plan_;
  Resume how_;
  std::optional<Behind> behind_;
  bool to_be_seen_ = false;      // what was told last, by the debugger's user
  std::optional<Halt> at_once_;  // nothing has to run for it
  std::optional<Event> last_signal_;
  u64 passed_signals_ = 0;
  std::optional<u64> exit_reported_at_;  // the time before it
  std::string why_ = "At the beginning.";
  std::string notice_;
  u64 agreed_until_ = 0;      // engine and reference were seen to agree up to this time
  u64 end_passed_ = 0;        // the end of the record is no halt here: the way back to where they parted was ours
  std::optional<u64> first_parting_;  // of those that one who goes along has found, the time
  u64 seen_until_ = 0;        // the furthest it was halted at
  bool parted_told_ = false;
  std::optional<Halt> last_halt_;  // where a run to a divergence came to without finding one
};

}  // namespace diptych::gdb
