// Runs with every instruction and every access checked by us, since Unicorn's own fast path knows
// neither the retired count nor the PC of a fault, and protects whole pages only.
#pragma once

#include "engine/machine/outcome.hpp"
#include "engine/memory/areas.hpp"
#include "oracle/unicorn/emulator.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>

namespace diptych::unicorn {

class PreciseRunner {
 public:
  /// What is to be run. `areas` are in plan order, the code first; `code_pages` are the whole pages the
  /// code lies in, of which the emulator maps more than the guest may see.
  struct Task {
    std::span<const Area> areas;
    u64 code_pages_address;
    std::span<u8> code_pages;
    u64 code_end;
    u64 budget;
  };

  static Result<std::unique_ptr<PreciseRunner>> open(const GuestTraits& traits);

  Emulator& emulator() { return *emulator_; }

  /// Runs from `state`, which is set in the emulator already; fills in all but the outcome's memory.
  Result<void> run(const Task& task, const GuestState& state, Outcome& outcome);

 private:
  PreciseRunner(const GuestTraits& traits, std::unique_ptr<Emulator> emulator);

  static void on_code(uc_engine*, u64 address, u32 size, void* self);
  static void on_memory(uc_engine*, uc_mem_type type, u64 address, int size, i64 value, void* self);
  static bool on_invalid(uc_engine*, uc_mem_type type, u64 address, int size, i64 value, void* self);
  static void on_interrupt(uc_engine*, u32 number, void* self);

  void step_to(u64 address);
  void touch(Access seen, u64 address, u64 size);
  void interrupt(u32 number);
  void decide(const Stop& stop);
  std::span<const u8> bytes_at(u64 address) const;
  struct Instruction {
    std::array<u8, 16> bytes{};
    std::size_t size = 0;

    operator std::span<const u8>() const { return {bytes.data(), size}; }
  };
  Instruction instruction() const;
  u64 reachable(u64 address, u64 size, Access wanted) const;
  void keep_for_undoing(u64 address, u64 size);

  const GuestTraits& traits_;
  std::unique_ptr<Emulator> emulator_;

  // Of the run under way.
  const Task* task_ = nullptr;
  bool begun_ = false;  // an instruction has begun, and is counted when the next one does
  bool touched_read_ = false;
  bool touched_write_ = false;
  u64 pc_ = 0;
  u64 retired_ = 0;
  std::optional<Stop> stop_;
  std::optional<u32> unknown_interrupt_;
  GuestState state_;

  // Bytes a refused store is about to change all the same, because the page they are in is mapped.
  u8* undo_at_ = nullptr;
  std::size_t undo_size_ = 0;
  std::array<u8, 64> undo_{};
};

}  // namespace diptych::unicorn
