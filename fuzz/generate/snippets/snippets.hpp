// Snippets: a few instructions that only together reach a rule of the engine, each with one idea. A snippet appends
// nothing where the rows it needs are not permitted, or no register holds an address.
#pragma once

#include "fuzz/generate/compose.hpp"
#include "fuzz/generate/reserved_words.hpp"

namespace diptych::fuzz {

// Loads and stores, of any width, of bytes that overlap: what is loaded again may not be what was loaded before.
void overlapping_accesses(Composer& composer);
// An address that is far away in between, and near again by constants.
void far_address(Composer& composer);
// One register, or one constant, in every operand of an operation.
void same_operands(Composer& composer);
// Masks, shifts and extensions ahead of comparisons: the sign, and on which side of a constant a value lies, is known.
void known_bits_compared(Composer& composer);
// Constants at the ends of what the host's instructions hold as immediates.
void host_immediates(Composer& composer);
// More integers alive than the host has registers, some of them in two registers of the guest.
void live_integers(Composer& composer);
// The same of floating-point numbers.
void live_floats(Composer& composer);
// A double with half a box, used as a double and then as a single.
void half_boxed(Composer& composer);
// Numbers at the ends of what a conversion to an integer can give.
void conversion_limits(Composer& composer);
// One bit that is known to be the sign of a narrower value, which is then extended.
void lone_sign_bit(Composer& composer);
// LR of one place and SC at the next, which holds the same.
void reserved_neighbour(Composer& composer);
// Code that is called, changed, called, put back and called.
void restored_code(Composer& composer);
// As many words, of which each input reaches another one.
void word_chain(Composer& composer, ReservedWords& words, std::size_t count);

/// One of those about memory and values.
void append_value_snippet(Composer& composer);
/// One of those with more values alive than the host has registers.
void append_pressure_snippet(Composer& composer);

}  // namespace diptych::fuzz
