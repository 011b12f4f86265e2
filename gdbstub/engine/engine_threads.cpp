// Engine and reference as two threads. They always go together; a debugger that has one of them pass a breakpoint moves
// it alone, and takes the other to stand still.
#include "gdbstub/engine/engine_target.hpp"

namespace diptych::gdb {

EngineTarget::Place EngineTarget::place_of(u32 thread) const {
  if (!is_reference(thread)) return {state(), tier().hart().retired};
  const Reference::Sight& sight = panel_->sight();
  return {sight.state, sight.retired};
}

// A halt at once, where all that is asked for is that one comes after the other.
std::optional<Halt> EngineTarget::move_threads(const Resume& how) {
  if (how.direction == Direction::backward || plan_) {
    behind_.reset();
    return std::nullopt;
  }
  if (behind_ && (how.thread == 0 || how.thread == behind_->thread))
    if (auto halt = catch_up(how)) return halt;
  if (how.thread == 0) return std::nullopt;
  const u32 other = how.thread == 1 ? 2 : 1;
  if (!behind_) behind_ = Behind{.thread = other, .places = {}, .untold = how.silent};
  behind_->places.push_back(place_of(other));
  return std::nullopt;
}

std::optional<Halt> EngineTarget::catch_up(const Resume& how) {
  const u32 thread = behind_->thread;
  const auto at_stop = [&] { return stops_.has(program_counter(thread)); };
  const auto halt = [&] {
    Halt made = at_stop() ? stopped_at_point(thread) : signalled(Signal::trap);
    made.thread = thread;
    return made;
  };
  if (std::exchange(behind_->untold, false) && at_stop()) return halt();
  const bool is_its_step = how.kind != ResumeKind::go_on && how.focus == thread;
  while (behind_) {
    behind_->places.pop_front();
    if (behind_->places.empty()) behind_.reset();
    if (is_its_step || at_stop()) return halt();
  }
  return std::nullopt;
}

}  // namespace diptych::gdb
