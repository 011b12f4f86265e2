// The machines of one session side by side: runs a program's inputs on all of them, compares, and hands
// on what it cannot explain.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/machine.hpp"
#include "oracle/comparison/explain.hpp"
#include "oracle/comparison/tally.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diptych {

/// A difference nobody could explain.
struct Finding {
  Case raw;                      ///< as it was run
  std::optional<Case> smallest;  ///< the one instruction that shows it, if one does
  Signature signature;
  std::string subject;
  std::string reference;
  u64 count = 1;  ///< runs of this batch that parted on the same machine
};

class Panel {
 public:
  /// The first subject is held against every other machine: the further subjects, then the oracles.
  /// `tally` outlives the panel.
  Panel(Guest guest, std::vector<std::unique_ptr<Machine>> subjects, std::vector<std::unique_ptr<Machine>> oracles,
        Tally& tally);

  /// Runs every input on every machine that can. Errors of kind `lost` are survived and counted.
  Result<void> run(const Program& program, std::span<const Input> inputs, Budget budget,
                   const std::function<void(Finding)>& found);

  Machine& primary() { return *primary_; }
  std::size_t other_count() const { return others_.size(); }
  Machine& other(std::size_t i) { return *others_[i].machine; }
  bool is_oracle(std::size_t i) const { return others_[i].oracle; }

  /// Which machine is running right now, for whoever finds this process dead: 0 the primary, i + 1 the
  /// other of that number.
  void watch(volatile u32* running) { running_ = running; }

 private:
  struct Other {
    std::unique_ptr<Machine> machine;
    bool oracle = false;
    bool active = false;        // takes part in this batch
    bool away = false;          // runs in processes of its own
    double seconds_reruns = 0;  // of its own processes, in reruns
    u64 parted = 0;             // inputs of this batch whose difference was not explained at once
    std::vector<std::size_t> unexplained;
  };

  Result<void> prepare_all(const Program& program, std::span<const Input> inputs, Budget budget);
  Result<void> compare(const Program& program, std::span<const Input> inputs, Budget budget, std::size_t index);
  Result<void> look_into(const Program& program, std::span<const Input> inputs, Budget budget, std::size_t which,
                         const std::function<void(Finding)>& found);
  void note_time(std::size_t which);
  void abstain(std::size_t which, Abstention why, u64 runs);
  void count(std::size_t which, const Explanation& explanation, u64 runs);
  void running(u32 machine) {
    if (running_) *running_ = machine;
  }

  Guest guest_;
  std::unique_ptr<Machine> primary_;
  std::vector<Other> others_;
  Tally& tally_;
  Explainer explainer_;
  u64 fields_best_ = 0, fields_all_ = 0;
  volatile u32* running_ = nullptr;
};

}  // namespace diptych
