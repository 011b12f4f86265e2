// One input of a program under somebody's eye: no system, so that nothing has to be recorded.
#pragma once

#include "engine/debug/execution.hpp"
#include "engine/machine/program.hpp"
#include "engine/memory/backing.hpp"
#include "engine/tier/tier.hpp"

#include <deque>
#include <memory>

namespace diptych {

/// What stops a machine is a signal here: an access that faults SIGSEGV, an illegal instruction SIGILL, a
/// misaligned access SIGBUS, ebreak SIGTRAP, a system call SIGSYS. The case has no handlers: one delivered
/// ends it, unless programs outlive it that have made no arrangements; one dropped makes the instruction be tried
/// again. No budget ends it.
class CaseExecution final : public Execution {
 public:
  /// The program and input have passed check().
  static Result<std::unique_ptr<CaseExecution>> create(Program program, Input input, std::unique_ptr<Tier> tier);

  Tier& tier() override { return *tier_; }
  u64 time() const override { return tier_->hart().retired; }
  u64 recorded_until() const override { return std::max(furthest_, time()); }
  Event advance(u64 until) override;
  Event step() override;
  ReportedStops& reported_stops() override { return reported_stops_; }
  void choose_signal(int number) override;
  void pass_signals(u64 set) override { passed_ = set; }
  void catch_calls(std::optional<std::vector<u64>>) override {}
  u64 save() override;
  Result<void> restore(u64 moment) override;
  void forget(u64 moment) override;
  std::chrono::nanoseconds spent() const override { return spent_; }
  std::size_t kept() const override { return kept_; }
  void forget_future() override { furthest_ = time(); }
  u64 recorded_from() const override { return 0; }
  std::string take_notice() override { return {}; }
  Result<void> restart() override;

  const Program& program() const { return program_; }

 private:
  // A page as several moments may have had it.
  using Page = std::shared_ptr<const std::array<u8, page_size>>;
  struct Moment {
    u64 number = 0;
    u64 time = 0;
    GuestState state;
    std::optional<Reservation> reservation;
    std::optional<Event> reported;
    std::optional<Event> ended;
    std::vector<std::vector<Page>> areas;
  };

  CaseExecution(Program program, Input input, std::unique_ptr<Tier> tier, Window window);
  Event event_of(const Stop& stop);
  std::optional<Event> resolve();
  Event ended(Event event);
  std::vector<Page> pages_of(const Area& area, const std::vector<Page>* before);

  const Program program_;
  const Input input_;
  Window window_;
  WindowBacking backing_{window_};
  InitialMemory initial_;
  std::vector<Area> areas_;
  std::unique_ptr<Tier> tier_;
  ReportedStops reported_stops_;
  std::optional<Event> reported_;  // a signal or the end of the code, told and not yet gone on from
  std::optional<Event> ended_;
  std::optional<int> chosen_;
  u64 passed_ = 0;
  u64 furthest_ = 0;
  std::deque<Moment> moments_;
  u64 next_moment_ = 0;
  std::size_t kept_ = 0;
  std::chrono::nanoseconds spent_{};
};

}  // namespace diptych
