#include "engine/debug/reported_stops.hpp"

namespace diptych {

bool ReportedStops::is_here(Tier& tier) const { return retired_ == tier.hart().retired && pc_ == tier.program_counter(); }

void ReportedStops::move_here(Tier& tier) {
  if (is_here(tier)) return;
  forget();
  retired_ = tier.hart().retired;
  pc_ = tier.program_counter();
}

void ReportedStops::forget() {
  stop_point_ = false;
  accesses_.clear();
}

void ReportedStops::report_stop_point(Tier& tier) {
  move_here(tier);
  stop_point_ = true;
}

Stop ReportedStops::note(Tier& tier, const Stop& stop) {
  if (stop.kind != StopKind::intercepted) return stop;
  move_here(tier);
  if (stop.access == Access::none) stop_point_ = true;
  else accesses_.push_back({stop.address, stop.access});
  return stop;
}

Stop ReportedStops::run(Tier& tier, Budget budget) {
  const bool reported = is_here(tier) && (stop_point_ || !accesses_.empty());
  return reported && budget.instructions != 0 ? step(tier) : note(tier, tier.run(budget));
}

Stop ReportedStops::step(Tier& tier) {
  move_here(tier);
  return note(tier, tier.step({.stop_point = stop_point_, .all_accesses = false, .accesses = accesses_}));
}

}  // namespace diptych
