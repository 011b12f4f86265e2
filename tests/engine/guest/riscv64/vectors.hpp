// Test vectors of one line each: instructions, what was before, what is after.
//
//   {"addw a0, a1, a2", "a1=0x7fffffff a2=1", "a0=0xffffffff80000000"}
//   {"sw a2, 0(a1)",    "a1=0x21000",         "!fault write 0x21000"}
//
// Before and after are lists of NAME=VALUE. A name is a register or [ADDRESS], eight bytes of memory;
// a value is a number, or after "s:" or "d:" a single (boxed) or double, as its bits in hexadecimal or
// as people write it ("s:-1.5", "d:inf", "s:nan"). What `before` does not name is zero, and what
// `after` does not name is as it was, the PC excepted: it has moved past the instructions, or stands
// at the first where `after` says that it stopped. Instructions are separated by "; " and all run.
#pragma once

#include "engine/machine/machine.hpp"
#include "tests/engine/guest/riscv64/assemble.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::riscv64 {

struct Vector {
  std::string_view text;
  std::string_view before;
  std::string_view after;
};

/// Where the code of a vector stands, and the memory beside it: two pages that can be written, with one
/// between that cannot; the rest is not there.
constexpr u64 code_at = 0x10000;
constexpr Region vector_memory[] = {
    {0x20000, 0x1000, Access::read | Access::write},
    {0x21000, 0x1000, Access::read},
    {0x30000, 0x1000, Access::read | Access::write},
};

/// The instructions of a text, one after the other.
std::vector<u32> assemble_all(std::string_view text);

/// Their bytes.
std::vector<u8> code_of(std::span<const u32> words);
std::vector<u8> code_of(std::string_view text);

/// Runs a vector on the interpreter; what differs from `after`, or nothing.
std::string difference(const Vector& vector);
/// The same, where the code can be written.
std::string difference_writable(const Vector& vector);

/// Checks every vector, and that each row of the extension occurs in at least `least` of them.
void check_vectors(Extension extension, std::span<const Vector> vectors, std::size_t least);

/// A machine's answer, copied out of it.
struct Answer {
  Stop stop;
  GuestState state;
  u64 retired = 0;
  std::map<u64, u64> memory;  ///< the doublewords that are not zero
};
Answer answer_of(Machine& machine, const Input& input, u64 budget);

/// "a0=1 [0x20000]=5" laid over an input.
void set(Input& input, std::string_view assignments);

}  // namespace diptych::riscv64
