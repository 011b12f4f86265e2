// The machines of one session side by side: runs a program's inputs on all of them, compares, and hands
// on what it cannot explain.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/machine.hpp"
#include "oracle/comparison/counters.hpp"
#include "oracle/comparison/explain.hpp"
#include "oracle/comparison/kept_runs.hpp"
#include "oracle/comparison/stages.hpp"
#include "oracle/comparison/tally.hpp"

#include <bitset>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diptych {

/// A difference nobody could explain.
struct Finding {
  Case raw;                      ///< as it was run, with the inputs before it where it takes those to show it
  std::optional<Case> smallest;  ///< the one instruction that shows it, if one does
  Signature signature;           ///< with the stage
  std::string subject;           ///< the stage that parts
  std::string reference;         ///< the stage before it, or the reference it parts from; "budget" of a wrong counter
  bool replays = true;           ///< the raw case showed it again; its instruction is "flaky" where it did not
  u64 count = 1;                 ///< runs of this batch that parted so
};

class Panel {
 public:
  /// Subjects that are exact (see is_exact) are the stages of one pipeline, in their order: each is held
  /// against the one before it. The first subject is held against every other machine. `tally`, which
  /// counts subjects first, then oracles, outlives the panel.
  Panel(Guest guest, std::vector<std::unique_ptr<Machine>> subjects, std::vector<std::unique_ptr<Machine>> oracles,
        Tally& tally);

  /// Runs every input on every machine that can. Errors of kind `lost` are survived and counted.
  Result<void> run(const Program& program, std::span<const Input> inputs, Budget budget,
                   const std::function<void(Finding)>& found);

  std::size_t size() const { return members_.size(); }

  /// Takes down how much CPU time the machines that run elsewhere have used.
  void note_times();

  /// Which machine is running right now, and which input of the batch, for whoever finds this process dead.
  void watch(volatile u32* running, volatile u32* input) {
    running_ = running;
    running_input_ = input;
  }

 private:
  enum class Role : u8 { stage, subject, oracle };

  // What was held against the first machine's outcome of one input.
  struct Comparison {
    u64 stages = 1;         // that ran it, the first included
    bool compared = false;  // something
    u64 fields = 0;         // at the most by one reference
  };

  // An input of this batch on which stages say different things, and what those machines said that said
  // something else than the first.
  struct Parting {
    struct Said {
      std::size_t which;
      std::optional<KeptOutcome> outcome;  // none: it was lost
      // Of a reference:
      bool parts = false;      // from the first machine, and nothing explains it at once
      bool explained = false;  // it parts as a known quirk of it has it, or where the manual leaves it open
    };
    std::size_t index;
    std::vector<Said> said;
  };

  // An input of this batch on which a machine said something else.
  struct Parted {
    std::size_t index = 0;
    DifferenceKind kind = DifferenceKind::stop;
    std::size_t before = 0;    // of a stage: the one it parts from
    std::size_t upholder = 0;  // of a stage: the oracle that says the same; 0: none
    std::optional<KeptOutcome> said = {};  // by a machine that is no stage
  };

  struct Member {
    std::unique_ptr<Machine> machine;
    Role role = Role::stage;
    bool active = false;        // takes part in this batch
    u64 quirks_in_doubt = 0;  // deviations that no run has shown yet
    bool agreed_in_sample = false;
    double seconds_reruns = 0;  // of its own processes, in reruns
    u64 parted = 0;             // inputs of this batch whose difference was not explained at once
    std::vector<Parted> unexplained;
  };

  // What all machines are asked to run.
  struct Batch {
    const Program& program;
    std::span<const Input> inputs;
    Budget budget;
  };

  Machine& primary() { return *members_.front().machine; }
  Result<void> run_first(const Batch& batch);
  void make_ready(const Batch& batch, std::size_t which);
  void run_stage(const Batch& batch, std::size_t which);
  std::optional<Abstention> first_abstains(const Batch& batch, const Stop& stop);
  void run_reference(const Batch& batch, std::size_t which);
  void conclude(const Batch& batch);
  Parting& parting(std::size_t index);
  bool is_by_the_rows(std::size_t index) const;
  SubjectTraits traits_of_first(std::size_t index) const;
  void note_parting(const Batch& batch, const Parting& parting);
  template <class Visit>
  void each_in_doubt(std::size_t which, Visit visit);
  void note_quirks(const Batch& batch, std::size_t index, std::size_t which, const Explanation& explanation, const Outcome& outcome);
  void look_for_quirks(const Batch& batch);
  void check_counters(const Batch& batch, const std::function<void(Finding)>& found);
  void look_into(const Batch& batch, std::size_t which, const std::function<void(Finding)>& found);
  Result<Explanation> explain_stage(const Batch& batch, Finding& finding, const Parted& parted, std::size_t which);
  Result<Explanation> explain_other(const Batch& batch, Finding& finding, const Parted& parted, std::size_t which);
  static void add_earlier(const Batch& batch, const Parted& parted, Case& some);
  void abstain(std::size_t which, Abstention why, u64 runs);
  void count(std::size_t which, const Explanation& explanation, u64 runs);
  void running(std::size_t machine, std::size_t input = 0) {
    if (!running_) return;
    *running_ = u32(machine);
    *running_input_ = u32(input);
  }

  Guest guest_;
  std::vector<Member> members_;
  std::size_t stage_count_ = 1;  // of the members, the first
  Stages stages_;
  Tally& tally_;
  Explainer explainer_;
  CounterReads counter_reads_;
  u64 first_deviations_ = 0;  // declared of the first machine
  u64 fields_all_ = 0;
  u64 batches_ = 0;
  std::size_t sample_ = 0;  // the input of this batch that is looked into for quirks that agree
  std::bitset<Tally::most_quirks> quirks_missed_;  // in this batch, by index into all_quirks()
  bool endless_ = false;  // a run of this batch spends its budget
  ExtensionSet extensions_ = 0;  // that this batch uses
  KeptRuns kept_;         // of the first machine
  std::vector<Comparison> comparisons_;  // by input
  std::vector<Parting> partings_;
  volatile u32* running_ = nullptr;
  volatile u32* running_input_ = nullptr;
};

}  // namespace diptych
