// Code composed piece by piece: instructions, and the patterns of several that only together do
// something worth comparing.
#pragma once

#include "fuzz/generate/code.hpp"
#include "fuzz/generate/random.hpp"
#include "fuzz/generate/sample.hpp"

namespace diptych::fuzz {

/// Where a piece gets the row of an instruction it leaves open.
class RowSource {
 public:
  /// Whether the row may occur at all.
  virtual bool permits(const Shape& shape) const = 0;
  /// A row that does not branch, jump or trap.
  virtual const Shape& plain_row(Random& random) = 0;

 protected:
  ~RowSource() = default;
};

class Composer {
 public:
  Composer(Code& code, Palette& palette, RowSource& source, Random& random)
      : code_(code), palette_(palette), source_(source), random_(random) {}

  /// One instruction of the row, with what it needs to be of use: a target for a branch, an address for
  /// an indirect jump, an LR for an SC.
  void instruction(const Shape& shape);

  /// Sets a counter to 1 to 6 and reserves its register.
  void begin_counting();
  /// Counts down, and goes back to the item `first` if not done.
  void end_loop(std::size_t first);

  /// A function called by jal or through a register, behind the way round it, which returns.
  void call(const Shape& by);

  /// Builds an instruction in a register, stores it over one that follows, and reaches that. Nothing
  /// where fence.i is not permitted.
  void self_modification();

  /// A loop that in every round changes an instruction and then goes to it, by a jump or through a register:
  /// who has linked one to the other, and goes on to what was there, is found out. Nothing where fence.i is not
  /// permitted.
  void changing_loop();

  /// Stores half of the time to the place loaded from, with widths and addresses that mostly agree.
  void reserved_pair(const Shape& reserve);

  /// Loads from a place, stores there, and loads from it again: who takes the second load for the first
  /// one is found out.
  void load_again(const Shape& load);

  /// Gives every branch that waits for one its target. To be called when all is composed.
  void settle();

  // What snippets are made of.

  Code& code() { return code_; }
  Palette& palette() { return palette_; }
  RowSource& source() { return source_; }
  Random& random() { return random_; }

  void append(const Shape& shape, u32 word);
  /// Its target is one of the next instructions.
  void append_branch(const Shape& shape, u32 word);
  std::size_t append_glued(const Shape& shape, u32 word);
  /// So many instructions of any row that goes on to the next.
  void plain(std::size_t count);
  /// auipc and addi; gives the item whose target is to be set, which is the addi.
  std::size_t address_of_target(unsigned into);
  void jump_through(const Shape& shape, unsigned address, unsigned link);
  /// An x register that is neither an address nor reserved.
  unsigned spare_register();
  /// One that nothing else writes as long as it is in Palette::reserved.
  unsigned reserve_register();
  const Shape& either(const Shape& compressed, const Shape& full);

 private:
  void wait(std::size_t item);
  void indirect(const Shape& shape);

  struct Waiting {
    u16 item;
    u16 skip;
  };

  Code& code_;
  Palette& palette_;
  RowSource& source_;
  Random& random_;
  unsigned counter_ = 0;
  std::array<Waiting, 64> waiting_;
  std::size_t waiting_count_ = 0;
};

/// Registers reserved while this lives.
class Reservation {
 public:
  explicit Reservation(Composer& composer) : palette_(composer.palette()), before_(palette_.reserved) {}
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() { palette_.reserved = before_; }

 private:
  Palette& palette_;
  u32 before_;
};

}  // namespace diptych::fuzz
