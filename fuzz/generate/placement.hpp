// Where a generated program lies: one description, which the generator, the mutator and the inputs share.
#pragma once

#include "engine/machine/program.hpp"
#include "fuzz/generate/random.hpp"

namespace diptych::fuzz {

/// Limits of what a fuzzer input may hold.
constexpr std::size_t largest_code = 1024;
constexpr u64 largest_memory = 64 * 1024;
constexpr u64 largest_budget = 4096;

struct Placement {
  // The end of a page: the trap that a machine plants behind the code then lies on another page, which
  // no store to the code's own page can touch.
  u64 code_end = 0x11000;
  u64 code_middle = 0x10400;
  Region data{0x20000, 0x2000, Access::read | Access::write};
  Region constants{0x30000, 0x1000, Access::read};

  // From the middle of a page every 12-bit offset stays within the page.
  u64 first_middle = 0x20800;
  u64 second_middle = 0x21800;
  u64 crossing = 0x21000;
  u64 constant_middle = 0x30800;
};

constexpr Placement placement;

enum class CodePlace : u8 { page_end, middle, straddling };

/// Seven of eight end a page.
constexpr CodePlace any_code_place(Random& random) {
  const u32 r = random.below(16);
  return r >= 2 ? CodePlace::page_end : r == 1 ? CodePlace::middle : CodePlace::straddling;
}

/// Where code of this size, which is not zero, begins. A size that is odd counts as the next even one.
constexpr u64 code_address_for(CodePlace place, std::size_t size, Random& random) {
  switch (place) {
    case CodePlace::page_end:
      break;
    case CodePlace::middle:
      return placement.code_middle + 2 * random.below(256);
    case CodePlace::straddling:
      return placement.code_end - 2 * random.below(u32(size / 2) + 1);
  }
  return placement.code_end - ((size + 1) & ~std::size_t{1});
}

/// An address a pointer may hold such that aligned accesses near it succeed, reads and writes.
constexpr u64 safe_anchor(Random& random) {
  const u64 r = random.next();
  const u64 middle = (r & 1) != 0 ? placement.first_middle : placement.second_middle;
  return middle + ((r & 6) != 0 ? 0 : 8 * ((r >> 3) % 16));
}

constexpr u64 constant_anchor(Random& random) { return placement.constant_middle + 8 * random.below(16); }

/// For the x register of this number: mostly safe; else across a page's end, in memory that cannot be
/// written, at the end of memory, in the code, or nowhere. Registers with even numbers, which atomic
/// instructions take their addresses from, mostly stay aligned.
constexpr u64 any_anchor(unsigned number, Random& random) {
  const u32 r = random.below(512);
  if (r < (number % 2 == 0 ? 502 : 470)) return safe_anchor(random);
  if (r < 506) return placement.crossing - 1 - random.below(8);
  if (r < 508) return constant_anchor(random);
  if (r < 509) return placement.data.address + placement.data.size - 1 - random.below(8);
  if (r < 510) return placement.code_end - 4 * random.below(16);
  if (r < 511) return random.below(2) != 0 ? 0 : u64{random.below(0x7fffffff)} << 8;
  return random.next() | u64{1} << 47;
}

/// The address a fault is wanted at.
constexpr u64 faulting_anchor(Random& random) {
  switch (random.below(6)) {
    case 0:
      return placement.data.address + placement.data.size - 1 - random.below(8);
    case 1:
      return placement.data.address - 1 - random.below(8);
    case 2:
      return placement.code_end - 4 * random.below(16);
    case 3:
      return random.below(0x1000);
    case 4:
      return random.next() | u64{1} << 47;
    default:
      return u64{random.below(0x7fffffff)} << 8;
  }
}

}  // namespace diptych::fuzz
