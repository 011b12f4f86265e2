// What a debugger was told of the instruction the guest stands before. Going on passes that once; any other stop point
// or watched access there stops the guest.
#pragma once

#include "engine/tier/tier.hpp"

#include <vector>

namespace diptych {

class ReportedStops {
 public:
  /// As Tier::run, past what was reported here; then it may return with StopKind::budget behind that one instruction.
  /// What it is intercepted for counts as reported.
  Stop run(Tier& tier, Budget budget);

  /// The same for one instruction.
  Stop step(Tier& tier);

  /// The debugger knows of the stop point here: the guest has halted at it, for whatever reason.
  void report_stop_point(Tier& tier);
  /// It was removed. One inserted here again is not reported yet.
  void forget_stop_point() { stop_point_ = false; }
  void forget();

 private:
  // By the count as well: the instruction that is come to again is another one.
  bool is_here(Tier& tier) const;
  void move_here(Tier& tier);
  Stop note(Tier& tier, const Stop& stop);

  u64 retired_ = 0, pc_ = 0;
  bool stop_point_ = false;
  std::vector<WatchHit> accesses_;
};

}  // namespace diptych
