// Runs the programs of one guest on Unicorn: fast where that is exact enough, precisely where not.
// The two ways have an instance each, because hooks are translated into the code, and share the memory.
#pragma once

#include "engine/machine/machine.hpp"
#include "engine/memory/areas.hpp"
#include "oracle/unicorn/emulator.hpp"
#include "oracle/unicorn/precise_runner.hpp"
#include "oracle/unicorn/watchdog.hpp"

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace diptych::unicorn {

class GuestMachine {
 public:
  static Result<std::unique_ptr<GuestMachine>> open(const GuestTraits& traits);

  Result<void> prepare(const Program& program);
  Result<const Outcome*> run(const Input& input, Budget budget, Precision precision);

 private:
  explicit GuestMachine(const GuestTraits& traits);

  Result<void> renew_worn();
  Result<void> lay_out();
  void plant_terminator(const Program& program);
  void restore(const Input& input);
  bool run_fast(const Input& input);
  bool slack_is_untouched() const;
  Result<void> run_precisely(const Input& input, Budget budget);

  /// An area's pages as they are before the first instruction.
  std::span<const u8> image(std::size_t area) const;

  const GuestTraits& traits_;
  std::unique_ptr<Emulator> fast_;
  std::unique_ptr<Watchdog> watchdog_;      // over `fast_`, and gone before it
  std::unique_ptr<PreciseRunner> precise_;  // made when first needed

  std::array<u8, page_size> filler_;
  InitialMemory initial_;
  std::vector<AreaPlan> layout_;   // as it is mapped; empty when that failed
  std::vector<Mapping> mappings_;  // the areas' pages in their order, then the guards
  std::vector<Mapping> precise_mappings_;
  std::vector<Area> areas_;
  std::vector<u8> code_image_;  // the code's pages, terminator included
  std::vector<bool> laid_;      // areas an input has changed, which the guest perhaps cannot
  u64 code_end_ = 0;
  u64 version_ = 0;       // of what executable memory holds at the start of a run
  bool guarded_ = false;  // the page behind the code's pages is ours
  bool fast_is_sound_ = false;
  Outcome outcome_;
};

}  // namespace diptych::unicorn
