// The one interface everything that executes a guest stands behind: the engine's tiers and stages,
// Unicorn, an agent in qemu-user, a GDB server, a plugin. A comparison takes two or more and cares
// not which is which.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/outcome.hpp"
#include "engine/machine/program.hpp"

#include <span>
#include <string>
#include <vector>

namespace diptych {

/// What a machine says of itself.
struct Description {
  struct Support {
    Guest guest;
    ExtensionSet extensions;
  };

  std::string name;      ///< as on the command line: "interp", "unicorn"
  std::string version;   ///< of what is behind it: "2.0.1"
  std::vector<Support> guests;
  bool counts_retired = false;  ///< Outcome::retired is filled in, at least by precise runs
  bool exact_budget = false;    ///< stops after exactly the budget; else a runaway is ended by a watchdog
  bool hides_code_end = false;  ///< exactly the code is accessible; else what follows it in its pages,
                                ///< and the page after it, may be readable or writable
  bool catches_written_system_calls = true;  ///< also one that the guest wrote into its code is a stop
  bool by_the_rows = false;  ///< each instruction is what its row says, with nothing in between: what it says of a run
                             ///< is what the same rows with known faults in them are to be compared with
  bool runs_elsewhere = false;  ///< in a process of its own, which begin() sets going
  u64 own_memory = ~u64{0};  ///< from this address up, up to where every access faults, lies what is the
                             ///< machine's own and is there for the guest to touch by chance
  u64 own_memory_end = ~u64{0};

  bool owns(u64 address) const { return address >= own_memory && address < own_memory_end; }
  bool runs(Guest guest) const {
    for (const Support& support : guests)
      if (support.guest == guest) return true;
    return false;
  }
  ExtensionSet extensions(Guest guest) const {
    for (const Support& support : guests)
      if (support.guest == guest) return support.extensions;
    return 0;
  }
};

/// Fast runs may leave the retired count out and, on a fault, the exact PC and address; precise runs
/// give everything the description promises, at any price.
enum class Precision : u8 { fast, precise };

class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine() = default;

  virtual const Description& describe() const = 0;

  /// Makes ready to run this program. The program is copied as far as it is needed. An error of kind
  /// `unsupported` says why this machine cannot run it; the machine stays usable. The program has
  /// passed check().
  virtual Result<void> prepare(const Program& program) = 0;

  /// Takes a batch of inputs of the prepared program. They must stay where they are until the last
  /// outcome is read. One that runs elsewhere starts now; others run each input when it is asked.
  virtual Result<void> begin(std::span<const Input> inputs, Budget budget) = 0;

  /// The outcome of one input of the batch. Valid until the next call of any function of this machine.
  /// Asking in ascending order is what is fast; asking twice runs twice, or answers the same.
  virtual Result<const Outcome*> outcome(std::size_t index, Precision precision) = 0;

  /// One input, from start to stop.
  Result<const Outcome*> run(const Input& input, Budget budget, Precision precision) {
    if (auto begun = begin(std::span(&input, 1), budget); !begun) return std::unexpected(std::move(begun).error());
    return outcome(0, precision);
  }

  /// The prepared program may read, or write over, instructions of its own that are others on this machine: what it
  /// made of them then says nothing.
  virtual bool alters_code() const { return false; }

  /// Whether a fast run of the prepared program is as exact as Precision says if a precise one stops so. It is not
  /// on a machine that heeds no budget when it is fast, or that puts something of its own where a guest may look.
  virtual bool exact_when_fast(const Stop&) const { return true; }

  /// CPU seconds this machine has used in processes of its own. Time inside the caller's thread is the
  /// caller's to measure.
  virtual double seconds_elsewhere() const { return 0; }
};

}  // namespace diptych
