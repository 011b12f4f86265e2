// The run loop of tier 0: decodes each instruction once, then evaluates it as often as it is reached.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/guest/riscv64/evaluate.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/program.hpp"
#include "engine/tier/passed_stops.hpp"
#include "engine/tier/stop_points.hpp"

#include <array>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace diptych::riscv64 {

class Interpreter {
 public:
  Hart hart;

  u64& pc() { return hart.state.words[pc_word]; }

  /// Another table of functions gives the same run loop another sense: tracking what is undefined, or
  /// another implementation's known deviations.
  explicit Interpreter(std::span<const Evaluate> table = evaluations(), Evaluate illegal = evaluate_illegal)
      : table_(table), illegal_(illegal) {}

  /// Binds memory and forgets everything decoded. `code_end` is the address whose reaching is a stop.
  void bind(std::span<const Area> areas, u64 code_end);

  /// Runs in a window, whose executable pages may come and go; nothing is an end of the code. Pages are
  /// decoded as they are reached, so that a large program starts at once.
  void bind(Window& window);

  /// Areas in the window, where their host bytes are the window's, and beside it.
  void bind(Window& window, std::span<const Area> areas, u64 code_end);

  /// Forgets what was decoded from these bytes: for changes made from outside, of bytes or of rights.
  void code_changed(Range range);

  /// Runs until a stop. Exactly `budget` instructions retire if nothing else stops it; reaching the end
  /// of the code wins over the budget. The PC and all registers are exact at every stop. One before an access
  /// that is watched is StopKind::intercepted.
  Stop run(Budget budget);

  /// One instruction: StopKind::budget once it retired, StopKind::intercepted before what is not passed. At the
  /// end of the code there is none.
  Stop step(const PassedStops& passed);

  /// Runs stop before the instruction at any of these; nullptr: nowhere. Of each change of the set between
  /// runs code_changed({address, 2}) is to be told.
  void stop_at(const StopPoints* points);

  /// The instruction at an address, decoded; without a row where it is illegal, and nothing where it
  /// cannot be fetched. Costs nothing more where it was run since it last changed.
  std::optional<Decoded> at(u64 pc);

 private:
  struct Step {
    Evaluate evaluate = nullptr;  // nullptr: not decoded yet
    Decoded decoded;
  };
  // The steps of one executable area, or of one page of a window: one every two bytes.
  struct Steps {
    u64 address = 0;
    std::vector<Step> steps;

    bool holds(u64 pc) const { return (pc - address) / 2 < steps.size(); }
    // Areas and pages begin at even addresses, so an even PC always falls on a step.
    Step& at(u64 pc) { return steps[(pc - address) / 2]; }
  };

  void decode_areas(std::span<const Area> areas, u64 code_end);
  bool stops_at(u64 pc) const { return points_ && points_->has(pc); }
  Stop intercepted(u64 pc) { return hart.stop = {StopKind::intercepted, Access::none, pc}; }
  Steps* find(u64 pc);
  Steps* find_page(u64 pc);
  static void forget(Steps& steps, Range range);
  bool fetch(u64 pc, Step& step);

  std::span<const Evaluate> table_;
  Evaluate illegal_;
  std::vector<Steps> executable_;
  std::unordered_map<u64, Steps> pages_;         // of a window, by page number
  std::array<Steps*, 256> recent_pages_{};       // those reached last, by the low bits of the page number
  bool in_window_ = false;
  Step across_;  // an instruction that lies across two areas, decoded anew each time
  // What is decoded is not at a stop point: where there are none they cost nothing.
  const StopPoints* points_ = nullptr;
  u64 code_end_ = 0;
};

}  // namespace diptych::riscv64
