// Places in translated code at which C++ takes over, and what it needs to know there: where the operands
// are, and where each word of the guest's state is that is not at home.
#pragma once

#include "engine/ir/block.hpp"

#include <vector>

namespace diptych::jit {

/// Where a value is.
enum class Place : u8 {
  nowhere,
  general,   ///< a general register
  vector,    ///< the low half of a vector register
  slot,      ///< a slot of the frame
  home,      ///< a word of the guest's state
  constant,  ///< in the list of constants
};

struct Location {
  Place place = Place::nowhere;
  u32 index = 0;

  bool operator==(const Location&) const = default;
};

/// A word of the state whose value is elsewhere.
struct Displaced {
  u32 word = 0;
  Location at;
};

struct Site {
  ir::Instruction instruction;
  std::array<Location, 4> operands{};
  Location result;
  i32 displacement = 0;      ///< of a memory access, added to its first operand
  bool extends_sign = false; ///< of a load: to 64 bits
  bool raises = false;       ///< of a floating-point operation: its flags count
  u32 translation = 0;
  u32 guest = 0;      ///< number of its guest instruction within the block
  u64 pc = 0;         ///< and the address
  u32 displaced = 0;  ///< first of its displaced words
  u32 displaced_end = 0;
};

/// A host instruction that may fault, and the code that does slowly what it was to do.
struct HostAccess {
  u32 position = 0;
  u32 stub = 0;
  u32 check = 0;  ///< displacement of the jump to there that stands before it, on a condition; 0: there is none
};

/// A jump to a known guest address.
struct Link {
  u64 target = 0;
  u32 displacement = 0;  ///< position of the four bytes that say where it goes
  u32 stub = 0;          ///< where it goes while it is not linked
  u32 translation = 0;   ///< the one it lies in
  u32 to = none;         ///< the one it goes to, if it is linked
  u32 next = none;       ///< of the links to that one

  static constexpr u32 none = ~u32{0};
};

/// A block's host code.
struct Translation {
  u64 pc = 0;
  u64 end = 0;  ///< one past its last byte of guest code
  u32 instructions = 0;
  u32 code = 0, code_end = 0;  ///< positions
  u32 incoming = Link::none;   ///< the first of the links that jump here
  u8 variant = 0;
  bool uses_variant = false;   ///< it serves this variant only
};

/// Everything that was translated, beside the code itself.
struct Records {
  std::vector<Translation> translations;
  std::vector<Site> sites;
  std::vector<Displaced> displaced;
  std::vector<u64> constants;
  std::vector<HostAccess> accesses;  ///< ascending
  std::vector<Link> links;

  void clear() {
    translations.clear();
    sites.clear();
    displaced.clear();
    constants.clear();
    accesses.clear();
    links.clear();
  }
};

}  // namespace diptych::jit
