// A pass on a block written as text.
#pragma once

#include "engine/ir/passes/passes.hpp"
#include "engine/ir/text.hpp"
#include "engine/ir/verify.hpp"
#include "tests/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace diptych::ir {

/// The text of a block after passes; it must be well formed before and after.
inline std::string after(std::initializer_list<void (*)(Block&, Scratch&)> run, std::string_view text) {
  Result<Block> block = parse(text);
  INFO(text);
  INFO((block ? "" : block.error().message));
  REQUIRE(block);
  const Result<void> verified = verify(*block);
  INFO((verified ? "" : verified.error().message));
  REQUIRE(verified);
  Scratch scratch;
  for (const auto pass : run) pass(*block, scratch);
  REQUIRE(verify(*block));
  return print(*block);
}

/// Lines separated by "; " as those of one guest instruction at 0x10, an exit behind them.
inline std::string block_of(std::string_view lines) {
  std::string text = "0x10 4\n";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("; "), lines.size());
    text += "  " + std::string(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
  return text + "0x14 4\n  trap illegal\n";
}

}  // namespace diptych::ir
