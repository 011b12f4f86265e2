// One case on several machines: who says what, and who is outvoted.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/machine.hpp"
#include "oracle/comparison/explain.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diptych {

/// What one machine made of a case, beside the subject.
struct Statement {
  std::string machine;
  std::optional<KeptOutcome> outcome;  ///< none where it could not run the case
  std::string unable;                  ///< and why
  Explanation explanation;             ///< against the first machine; of that one itself, "agree"
  std::vector<Difference> differences;  ///< left is the first machine
  bool stage = false;                  ///< of the subject's pipeline
  std::optional<std::size_t> follows;  ///< of a stage: the earlier one that says exactly the same
  bool competent = true;               ///< no known quirk of the machine concerns this case
  std::string from;                    ///< of a stage that parts: the one before it
};

/// Runs a case precisely on all machines; the first is the subject. The first `stages` of them are the
/// stages of one pipeline: where one parts from all before it, the explanation's signature is of what it
/// and the one before it make of the case, and names it; those after it that say the same follow it.
Result<std::vector<Statement>> hear(const Case& some, std::span<const std::unique_ptr<Machine>> machines,
                                    Explainer& explainer, std::size_t stages = 1);

/// The stages at which the machines part, in the order of the pipeline; that is the first machine where
/// it is a reference that parts from it.
std::vector<std::string> parting_stages(std::span<const Statement> statements);

/// The machines that are wrong by the vote. A machine has no vote where a known quirk of it concerns the case, whomever it
/// agrees with; and one that says the same as such a machine, where a competent reference says something else, shares
/// its fault. Otherwise those that stand against the majority that says the same; or else the subject, where most part
/// from it for no known reason. Empty without a majority.
std::vector<std::string> outvoted(Guest guest, std::span<const Statement> statements);

/// What the majority says, as an expectation: the stop, and all registers and memory that the run changed or that a
/// machine has otherwise, zeros included. A value that as many competent references dispute as confirm is left out.
/// Nothing without a majority of at least two, or of one where the subject shares a known fault.
std::optional<Expectation> majority_expectation(const Case& some, std::span<const Statement> statements);

}  // namespace diptych
