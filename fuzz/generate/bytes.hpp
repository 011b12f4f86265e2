// A block as the bytes libFuzzer keeps, and back.
#pragma once

#include "fuzz/generate/block.hpp"

#include <span>

namespace diptych::fuzz {

/// A block that generate(), mutate() or cross() made is never larger.
constexpr std::size_t largest_encoding = 8192;

/// The bytes written; zero, and `out` is spoilt, where they do not fit.
std::size_t encode(const Block& block, std::span<u8> out);

/// Whether bytes begin as encode() begins them.
bool is_encoded(std::span<const u8> bytes);

/// Any bytes: what encode() wrote becomes the block that it was, whatever else begins like it becomes
/// some block within the bounds of placement.hpp, a text that begins with "case " the block of that case
/// (its pointers are the registers whose value lies in memory). The block, and its base with it, passes
/// check(). False, and the block is spoilt, where the bytes begin like neither, or hold a case that is
/// malformed or out of bounds.
bool decode(std::span<const u8> bytes, Block& block);

}  // namespace diptych::fuzz
