// The stages of one engine, held against one another: which of them is the first to make something else
// of a run. No reference takes part in this, and nothing is left open: what one stage adds to those
// before it must not show at all.
#pragma once

#include "corpus/case.hpp"
#include "engine/guest/riscv64/bound_interpreter.hpp"
#include "engine/machine/machine.hpp"
#include "oracle/comparison/signature.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace diptych {

/// Whether a machine may stand as a stage: it reports everything, and no known fault of it has to be
/// allowed for.
bool is_exact(const Description& description, Guest guest);

/// How many of these machines, from the first on, are the stages of one pipeline; at least the first.
std::size_t count_stages(std::span<const std::unique_ptr<Machine>> subjects, Guest guest);

/// For each outcome the first one that says the same, itself if none does. Those of machines that were
/// not asked are null. So a stage parts where this names itself and it is not the first; what later
/// stages make of the wrong thing they are handed names the stage that began it.
std::vector<std::size_t> origins(Guest guest, std::span<const Outcome* const> outcomes);

/// Whether none parts: the same question asked cheaply.
bool all_agree(Guest guest, std::span<const Outcome* const> outcomes);

/// What the stages make of a case by itself.
class Stages {
 public:
  /// In the order of the pipeline. The machines outlive this.
  explicit Stages(std::vector<Machine*> machines) : machines_(std::move(machines)) {}

  std::size_t size() const { return machines_.size(); }
  const std::string& name(std::size_t stage) const { return machines_[stage]->describe().name; }

  /// The outcomes of the first `count` stages; nothing from one that cannot run the case. What a stage
  /// keeps from one run to the next, its translations and how they are linked, must not show either: so
  /// each runs the case's last input several times, behind the earlier ones, and gives the first outcome that is another than the stage
  /// before it gave.
  Result<std::vector<std::optional<KeptOutcome>>> run(const Case& some, std::size_t count);

  /// Whether this stage is the first that parts.
  bool parts_first(const Case& some, std::size_t stage);

  /// A stage that parts on this case, traced: the instruction after which it does, if a program of that
  /// one alone shows it too, or else "several". Nothing where it agrees with a stage before it.
  struct Parting {
    Signature signature;
    std::string from;              ///< the stage before it
    std::optional<Case> smallest;  ///< the one instruction
  };
  std::optional<Parting> trace(const Case& some, std::size_t stage);

 private:
  std::vector<Machine*> machines_;
  riscv64::BoundInterpreter walker_;
};

}  // namespace diptych
