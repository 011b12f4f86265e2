// Where this table and LLVM's disassembler part on purpose: each difference by name, matched as
// narrowly as possible, with the reason.
#pragma once

#include "engine/guest/riscv64/table.hpp"

#include <span>
#include <string>
#include <string_view>

namespace diptych {

/// One word, as both read it. Texts are normal (see normal()); empty where the word is no instruction.
struct Reading {
  riscv64::Decoded decoded;
  std::string ours;
  std::string theirs;
};

struct Difference {
  std::string_view name;
  std::string_view reason;
  bool (*explains)(const Reading& reading);
};

std::span<const Difference> differences();

/// The text with every hexadecimal number in decimal: how a number is written is a matter of taste.
std::string normal(std::string_view text);

}  // namespace diptych
