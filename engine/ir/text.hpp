// IR as text, and back: what print() writes, parse() reads to the same block.
//
//     0x10000 4
//       %0 = read_word i64 11
//       %1 = constant i64 0x5
//       %2 = add i64 %0, %1
//       write_word %2 10
//     0x10004 2
//       trap breakpoint
#pragma once

#include "engine/ir/block.hpp"
#include "engine/machine/error.hpp"

#include <string>
#include <string_view>

namespace diptych::ir {

/// First "variant N" where the block's is not 0. Then a line for each guest instruction, its address and length, and below it one for each of its IR
/// instructions. A value is named by the position of its instruction.
std::string print(const Block& block);

/// Reads what print() writes. The error names the line. What is read need not be well formed: see verify().
Result<Block> parse(std::string_view text);

}  // namespace diptych::ir
