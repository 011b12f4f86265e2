// A process as an Execution: run piece by piece, recorded, and put back to moments that are remembered.
#pragma once

#include "engine/debug/execution.hpp"
#include "engine/linux/host_signals.hpp"
#include "engine/linux/process.hpp"
#include "engine/memory/journal.hpp"

#include <csignal>
#include <map>

namespace diptych::linux_guest {

struct ExecutionOptions {
  ProcessOptions process;
  bool record = true;                          ///< else no past can be repeated: what is put back goes on live
  std::size_t most_recorded = 256 << 20;       ///< bytes; the oldest past is given up for more
  int interrupt = -1;                          ///< a descriptor: while it is readable, no system call waits
  u64 host_keeps = usual_for_the_host;         ///< signals sent to this process that are not the guest's

  /// Those that speak to the command, its terminal and its children.
  static constexpr u64 usual_for_the_host = signal_bit(SIGHUP) | signal_bit(SIGINT) | signal_bit(SIGQUIT) | signal_bit(SIGTERM) |
                                            signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) |
                                            signal_bit(SIGTTOU) | signal_bit(SIGWINCH);
};

/// Belongs to the thread that started it: while it lives the signals that are the guest's are blocked there. Other
/// threads have to block them too, best by being started later.
class ProcessExecution final : public Execution {
 public:
  /// Loads the program and stands before its first instruction. An error is a sentence about the file or the host.
  static Result<std::unique_ptr<ProcessExecution>> start(ExecutionOptions options);

  Tier& tier() override { return *options_.process.tier; }
  u64 time() const override { return process_->time(); }
  u64 recorded_until() const override { return process_->recorded_until(); }
  Event advance(u64 until) override;
  Event step() override;
  ReportedStops& reported_stops() override { return process_->reported_stops(); }
  void choose_signal(int number) override { process_->choose_signal(number); }
  bool edit_signal(const std::array<u8, 128>& information) override { return process_->edit_signal(information); }
  void pass_signals(u64 set) override;
  void catch_calls(std::optional<std::vector<u64>> which) override;
  u64 save() override;
  Result<void> restore(u64 moment) override;
  void forget(u64 moment) override;
  std::chrono::nanoseconds spent() const override { return journal_ ? journal_->spent() : std::chrono::nanoseconds(); }
  std::size_t kept() const override;
  void forget_future() override { process_->forget_future(); }
  std::optional<u64> room(u64 size) const override { return process_->map.room(size, 0); }
  bool map(const Range& pages, Access access) override { return process_->map.map(pages.address, pages.size, access); }
  bool unmap(const Range& pages) override;
  u64 recorded_from() const override { return recorded_from_; }
  std::string take_notice() override { return std::exchange(notice_, {}); }
  Result<void> restart() override;

  /// What restart() gives the program, from then on. The first is its own name.
  void arguments(std::vector<std::string> arguments) { options_.process.arguments = std::move(arguments); }
  void environment(std::vector<std::string> environment) { options_.process.environment = std::move(environment); }
  std::span<const std::string> arguments() const { return options_.process.arguments; }

  Process& process() { return *process_; }
  const Process& process() const { return *process_; }

 private:
  struct Moment {
    u64 mark = 0;  // of the journal
    Process::State state;
  };

  explicit ProcessExecution(ExecutionOptions options);

  Event came_back(Event event);
  void forget(std::map<u64, Moment>::iterator moment);

  ExecutionOptions options_;
  HostSignals signals_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Journal> journal_;  // of its memory, once a moment is remembered
  std::map<u64, Moment> moments_;
  u64 next_moment_ = 1;
  u64 passed_ = 0;
  std::optional<std::vector<u64>> caught_;
  u64 recorded_from_ = 0;
  std::string notice_;
};

}  // namespace diptych::linux_guest
