// Unicorn going along with the engine through a program that makes system calls. Over and over it runs ahead on
// copies of the pages it touches, the engine comes after, and both are held against each other. Calls and signals
// are the engine's alone: after each the reference takes over its state.
#pragma once

#include "gdbstub/beside/lockstep_reference.hpp"
#include "oracle/comparison/explain.hpp"
#include "oracle/unicorn/companion.hpp"

#include <memory>
#include <optional>
#include <string>

namespace diptych::gdb {

class Follower final : public LockstepReference {
 public:
  /// Errors: it cannot run this guest, or Unicorn does not start.
  static Result<std::unique_ptr<Follower>> create(Guest guest, const ReferenceOptions& options = {});

  void accompany(Inferior& inferior, Timeline& timeline) override;
  const std::string& name() const override { return machine_->describe().name; }

  std::optional<Timeline::Halted> forward(u64 most) override;
  std::optional<Timeline::Halted> step() override;
  bool has_parted() const override { return parted_.has_value(); }
  bool take_parting() override { return std::exchange(parting_untold_, false); }
  void changed() override {
    stands_ = signal_told_ = false;
    parted_.reset();
  }

  void pass_signals(u64 set) override { passed_ = set; }
  std::string take_notice() override { return std::exchange(notice_, {}); }
  std::string statistics() const override;

  Result<Sight> look(u64 time, const Outcome& engine, bool reserved) override;
  void take_over(u64, const GuestState&, const ReadMemory&) override { changed(); }
  bool read_memory(u64 address, std::span<u8> bytes) const override;

 private:
  using Halted = Timeline::Halted;

  class EngineMemory final : public unicorn::Lender {
   public:
    explicit EngineMemory(Follower& follower) : follower_(follower) {}
    Access rights(u64 address) const override;
    std::size_t read(u64 address, std::span<u8> bytes) const override { return follower_.timeline_->read(address, bytes); }

   private:
    Follower& follower_;
  };

  // Why a difference is none.
  struct Known {
    // By itself there is none: both refuse the instruction, or only what was before it differed. Otherwise it is a
    // quirk, left open, or an extension the reference has not.
    bool chance = false;
    std::string reason;  // a sentence, of all but chances
  };
  struct Parted {
    u64 time = 0;
    Sight sight;
    std::optional<KeptOutcome> outcome;  // of the one instruction, the reference's
  };

  Follower(Guest guest, std::unique_ptr<Machine> machine, const ReferenceOptions& options)
      : guest_(guest), options_(options), memory_(*this), machine_(std::move(machine)) {}

  Hart& hart() const { return inferior_->execution().tier().hart(); }
  u64 retired() const { return hart().retired; }

  std::optional<Halted> told(std::optional<Halted> halted);
  std::optional<Halted> go(u64 most, bool heeds_stops);
  std::optional<Halted> engine_goes(u64 instructions, bool heeds_stops);
  std::optional<Halted> goes_alone(bool heeds_stops);
  std::optional<Halted> let_signal_take_effect(std::optional<Halted> halted);
  std::optional<Halted> trace(u64 done, std::optional<Halted> halted, bool heeds_stops);
  std::optional<Halted> judge(std::optional<Halted> halted);
  std::optional<Halted> give_up(const Error& error);
  Result<bool> differ_after(u64 instructions);
  void seek(u64 time);
  bool differ() const { return companion_->state() != hart().state || companion_->compare_memory(); }

  bool raised(const std::optional<Halted>& halted) const;
  u64 before(u64 address, std::span<u8> bytes) const;
  Result<KeptOutcome> run_alone(Case& one);
  std::optional<Known> known(const Case& one, const Outcome& engine, const Outcome& own);

  const Guest guest_;
  const ReferenceOptions options_;
  EngineMemory memory_;
  std::unique_ptr<unicorn::Companion> companion_;
  std::unique_ptr<Machine> machine_;  // for single instructions, from a state that is known
  Explainer explainer_;
  Inferior* inferior_ = nullptr;
  Timeline* timeline_ = nullptr;

  bool stands_ = false;       // it stands where the engine does
  u64 at_ = 0;                // the time of that place
  u64 stretch_ = 0;           // how far it runs ahead
  bool signal_told_ = false;  // and not yet gone on from
  bool alone_ = false;        // the next instruction is to be held against the engine's by itself
  bool reserved_ = false;     // the engine had a reservation when its state was taken over
  u64 end_passed_ = 0;        // the end of the record is no halt here: the way back was ours
  u64 passed_ = 0;
  std::optional<Parted> parted_;
  bool parting_untold_ = false;
  std::string notice_;
  std::string gave_up_;       // why it goes along no more
  u64 compared_ = 0, taken_over_ = 0, known_ = 0;
};

}  // namespace diptych::gdb
