// Why a reference's outcome is not the subject's: known, open by the manual, beyond the reference, or a
// finding.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/machine.hpp"
#include "oracle/comparison/compare.hpp"
#include "oracle/comparison/signature.hpp"
#include "oracle/comparison/tally.hpp"
#include "oracle/quirks/quirk.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diptych {

enum class Verdict : u8 {
  agree,
  open,         ///< all that differs is left open by the manual
  quirk,        ///< known of this reference
  beyond,       ///< the reference cannot run, or not exactly see, what was executed
  unsteady,     ///< precise runs agree, and a fast one was no less exact than its machine promises
  flaky,        ///< a finding that does not replay: the machines parted, and did not when the case was run again
  upheld,       ///< of a stage that parts: the references say the same, and it is the first stage that is wrong
  follows,      ///< of a stage: an earlier one that parts says the same, and is the one to blame
  unexplained,  ///< a finding
};

std::string_view name_of(Verdict verdict);

/// Whether it is one that has to be told, and that ends a run with a failure.
constexpr bool is_finding(Verdict verdict) { return verdict == Verdict::unexplained || verdict == Verdict::flaky; }

struct Explanation {
  Verdict verdict = Verdict::agree;
  u64 deviations = 0;                    ///< of a quirk with a model: the reference's that mattered
  u64 subject_deviations = 0;            ///< and the subject's, where it has known faults itself
  std::vector<const Quirk*> quirks;      ///< of quirks without
  Mask mask;                             ///< what was left open
  Abstention abstention = Abstention::bounds;  ///< of a reference that is beyond it: which kind of reason
  std::string beyond;                          ///< and the reason in words

  // Of a finding:
  Signature signature;
  std::optional<Case> smallest;  ///< the one instruction it began with, as a case of its own
};

/// Whether this quirk is one of those that account for it.
bool accounts(const Explanation& explanation, const Quirk& quirk, std::string_view subject, std::string_view reference);

/// The quirks that account for it, by name, with commas between.
std::string quirk_names(const Explanation& explanation, std::string_view subject, std::string_view reference, Guest guest);

/// Why a reference cannot exactly see what stopped the subject, by what it says of itself: accesses to
/// what it keeps beside the code or elsewhere, system calls written by the guest. Nothing if it can.
std::optional<std::string_view> blind_to(const Description& reference, const Program& program, const Stop& stop);

/// What is known of a subject beside its outcome.
struct SubjectTraits {
  u64 deviations = 0;        ///< its declared ones
  bool by_the_rows = false;  ///< one that is (see Description) has said the same
};

class Explainer {
 public:
  Explainer();
  Explainer(Explainer&&) noexcept;
  ~Explainer();

  /// Says that what follows is about this program, which stays as it is until this is called again; else
  /// each run that is explained costs as much as preparing a machine.
  void take_up(const Program& program);

  /// The quick part, for outcomes at hand: whether models of the known quirks, or what the manual leaves open,
  /// account for both outcomes exactly. Nothing if neither does.
  std::optional<Explanation> explain_quickly(const Program& program, const Input& input, Budget budget,
                                             const Outcome& subject, const Machine& reference, const Outcome& outcome,
                                             const SubjectTraits& traits = {});

  /// Whether a declared quirk of the machine concerns what this run executes. Then the machine's answer proves
  /// nothing, even where it agrees with others: they may be wrong in the same way.
  bool concerns(std::string_view machine, const Program& program, const Input& input, Budget budget);

  /// Whether the machine's outcome would be another without this one of its declared deviations.
  bool shows(unsigned deviation, std::string_view machine, const Program& program, const Input& input, Budget budget,
             const Outcome& outcome, const Mask& mask);

  /// The declared deviations of the machine that matter in this run, as the evaluator has it.
  u64 deviations_met(std::string_view machine, const Program& program, const Input& input, Budget budget);

  /// The whole of it: runs the case on both machines again, precisely, where they agree so also fast, and if need
  /// be one instruction at a time. Leaves both prepared for other programs.
  Result<Explanation> explain(const Case& some, Machine& subject, Machine& reference);

 private:
  struct State;
  void prepare(const Program& program);
  u64 evaluate(const Input& input, Budget budget, u64 deviations, Outcome& outcome);
  Explanation first_parting(const Program& program, const Input& input, Budget budget, Machine& subject,
                            Machine& reference, const Outcome& subject_end, const Outcome& reference_end);

  std::unique_ptr<State> state_;
};

}  // namespace diptych
