// What a reference is known to get wrong: data, each with its reason, matched as narrowly as can be.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/guest.hpp"
#include "engine/machine/stop.hpp"
#include "oracle/comparison/compare.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

struct Quirk {
  std::string name;      ///< stable: the key in the summary
  std::string machine;   ///< whose quirk
  Guest guest = Guest::riscv64;
  std::string reason;
  std::string upstream;  ///< where it was reported or repaired

  /// A frequent quirk has a model: a deviation of the evaluator (a bit of Deviations::followed) that
  /// gives the reference's wrong answer, so that the comparison stays exact.
  std::optional<unsigned> deviation;

  /// A rare one is matched against the single instruction it happens at: its mnemonic ("illegal" for a
  /// word without a row), every kind of difference seen, and, where given, both stops and word bits.
  std::vector<std::string> instructions;
  std::vector<DifferenceKind> differs;
  std::optional<StopKind> subject_stop, reference_stop;
  u32 word_mask = 0, word_match = 0;
};

/// The quirks in force: those of the files in this folder, which are built in, unless use_quirks() chose others.
std::span<const Quirk> all_quirks();

/// Chooses the quirks in force, before anything has asked for them: names of files, with commas between, in which
/// `built-in` stands for those of this folder; or `none`. Errors name the file and what is wrong with it.
Result<void> use_quirks(std::string_view list);

/// Reads one file of quirks; errors name the quirk and what is wrong with it.
Result<std::vector<Quirk>> parse_quirks(std::string_view json, std::string_view name);

/// The deviations with which the evaluator answers as this machine does.
u64 deviations_of(std::string_view machine, Guest guest);

/// The quirk without a model that accounts for all of these differences, at this one instruction.
const Quirk* match_quirk(std::string_view machine, Guest guest, std::string_view mnemonic, u32 word,
                         const Outcome& subject, const Outcome& reference, std::span<const Difference> found);

}  // namespace diptych
