// The text of a case, written.
#pragma once

#include "corpus/case.hpp"

#include <functional>
#include <span>
#include <string>

namespace diptych {

/// One instruction, as it stands at the head of some bytes.
struct Disassembled {
  std::size_t length = 0;  ///< bytes it takes; 0 if the bytes hold no whole instruction
  std::string text;        ///< one line
};

/// Says what stands at an address. The bytes reach to the end of the code.
using Disassemble = std::function<Disassembled(u64 address, std::span<const u8> bytes)>;

/// The case as text, such that parse_case reads flatten(some) back from it (as long as it is no longer
/// than largest_case_text), and such that printing that gives the same text. Without a disassembler, the
/// guest's rule for the length of an instruction decides where a line of code ends. The case's program
/// and input have passed check().
std::string print_case(const Case& some, const Disassemble& disassemble = {});

}  // namespace diptych
