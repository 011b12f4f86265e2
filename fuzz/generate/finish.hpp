// From an edited list of instructions back to a block that keeps the promises of all blocks.
#pragma once

#include "fuzz/generate/block.hpp"
#include "fuzz/generate/code.hpp"
#include "fuzz/generate/placement.hpp"
#include "fuzz/generate/random.hpp"

namespace diptych::fuzz {

/// Whether, as in all code that may be written, every store has a fence.i right behind it. Code changed without
/// one may run either way, by the architecture, so that nothing would follow from a difference.
bool synchronized(const Code& code);

/// Writes the code into the block: fences it where it is writable (or, where they find no room, makes it
/// not writable), puts it where `place` says and the PC at its beginning, and gives it a budget that no
/// counted loop exceeds. The code is not empty.
void finish(Code& code, Block& block, CodePlace place, Random& random);

/// The same for a block whose program was changed by other means; it stays in its place: code that ended
/// a page still does.
void normalize(Block& block);

/// Where the code of a block lies, as far as an edit has to keep it: at the end of a page, or just so.
inline bool ends_page(const Program& program) { return program.code_end() % page_size == 0; }

}  // namespace diptych::fuzz
