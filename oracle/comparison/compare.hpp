// Two outcomes of one run, held against each other field by field.
#pragma once

#include "engine/machine/outcome.hpp"

#include <bitset>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

/// What kind of thing differs. Part of a finding's signature, so the names are stable.
enum class DifferenceKind : u8 {
  stop, program_counter, general, floating, control, memory, retired,
  crash,  ///< a machine ended its process, or did not end
};

std::string_view name_of(DifferenceKind kind);

/// What is left open by the architecture, and so not compared.
struct Mask {
  std::bitset<GuestState::capacity> words;
  std::vector<u64> memory;  ///< addresses of bytes, ascending
  bool everything = false;  ///< control went where an open result sent it

  bool empty() const { return !everything && words.none() && memory.empty(); }
};

struct Difference {
  DifferenceKind kind;
  std::string name;  ///< of the register, or "memory 0x20010", "stop", "retired"
  u64 address = 0;   ///< of memory: the first byte of the run of bytes that differs
  std::string left, right;
};

/// Whether differences() would list none, found out at the first. Memory counts where both outcomes have a view of it, the retired
/// count where both have one. A budget that ran out and a run its watchdog ended are the same
/// statement, made with and without counting: then nothing else is compared.
bool agree(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask = {});

/// Everything that differs, in the order reports print it; memory as runs of bytes.
std::vector<Difference> differences(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask = {});

/// How many fields a comparison of these outcomes looks at: registers, eight-byte words of memory, the
/// stop, the count.
struct Fields {
  u64 compared = 0;
  u64 all = 0;
};
Fields fields_compared(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask = {});

/// An outcome that owns its memory, and so outlives the machine's next run.
class KeptOutcome {
 public:
  explicit KeptOutcome(const Outcome& outcome);
  KeptOutcome(KeptOutcome&&) = default;
  KeptOutcome& operator=(KeptOutcome&&) = default;
  const Outcome& operator*() const { return outcome_; }
  const Outcome* operator->() const { return &outcome_; }

  /// All of these bytes, where they lie in memory it has a view of; else nothing, and false.
  bool read(u64 address, std::span<u8> bytes) const;

 private:
  Outcome outcome_;
  std::vector<std::vector<u8>> bytes_;  // moves with its heap blocks, so the views stay true
};

}  // namespace diptych
