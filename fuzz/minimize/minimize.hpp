// The smallest case that still shows a difference.
#pragma once

#include "corpus/case.hpp"
#include "oracle/comparison/explain.hpp"
#include "oracle/comparison/stages.hpp"

#include <functional>

namespace diptych::fuzz {

/// Whether a case still shows what is looked for.
using Shows = std::function<bool(const Case&)>;

/// Takes away from a case what it can do without, as long as `shows` holds: inputs that ran before and what sets
/// them apart, instructions, with branches going where they went, registers, memory, regions, the right to write code. What is left is laid where a reader expects it, the code
/// at 0x10000. `shows` holds of the case given and of the result. It is asked a few hundred times.
Case shrink(Case some, const Shows& shows);

struct Minimized {
  Case smallest;
  Signature signature;  ///< of the smallest case
};

/// Shrinks a case on which a subject and a reference part, keeping the same signature where it has one.
/// Nothing, where they do not part, or for known reasons.
Result<std::optional<Minimized>> minimize(const Case& some, Machine& subject, Machine& reference, Explainer& explainer);

/// Shrinks a case on which this stage is the first that parts, as long as it stays the first. Nothing,
/// where it is not.
std::optional<Minimized> minimize(const Case& some, Stages& stages, std::size_t stage);

}  // namespace diptych::fuzz
