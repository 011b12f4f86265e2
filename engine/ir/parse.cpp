#include "engine/ir/text.hpp"

#include "engine/ir/builder.hpp"
#include "engine/machine/stop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

namespace diptych::ir {
namespace {

// The words of a line; commas only separate.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" ,");
    if (begin == line.npos) return words;
    const std::size_t end = std::min(line.find_first_of(" ,", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::optional<u64> number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<u64> value_name(std::string_view text) {
  return text.starts_with('%') ? number(text.substr(1)) : std::nullopt;
}

std::optional<u64> stop_kind(std::string_view text) {
  for (u64 kind = 0; kind <= u64(StopKind::runaway); ++kind)
    if (name_of(StopKind(kind)) == text) return kind;
  return std::nullopt;
}

// One IR instruction; what is wrong with the line, or nothing.
std::string read_instruction(std::span<const std::string_view> words, Block& block) {
  const std::size_t position = block.instructions.size();
  Instruction i;
  const bool has_result = words.size() >= 3 && words[1] == "=";
  if (has_result) {
    if (value_name(words[0]) != position) return fmt::format("the value here is %{}, not {}", position, words[0]);
    words = words.subspan(2);
  }
  const auto traits = std::ranges::find(all_traits, words[0], &Traits::name);
  if (traits == all_traits.end()) return fmt::format("there is no instruction \"{}\"", words[0]);
  i.opcode = traits->opcode;
  words = words.subspan(1);
  if (has_result) {
    const auto type = words.empty() ? type_names.end() : std::ranges::find(type_names, words[0]);
    if (type == type_names.end() || type == type_names.begin()) return "a type is missing";
    i.type = Type(type - type_names.begin());
    words = words.subspan(1);
  }
  if (traits->immediate == Immediate::check && !words.empty() && words.back() == "checked") {
    i.immediate = 1;
    words = words.first(words.size() - 1);
  }
  const bool has_immediate = traits->immediate != Immediate::none && traits->immediate != Immediate::check;
  if (words.size() != traits->operands + (has_immediate ? 1u : 0u))
    return fmt::format("{} takes {} operands", traits->name, traits->operands);
  for (std::size_t k = 0; k < traits->operands; ++k) {
    const std::optional<u64> operand = value_name(words[k]);
    if (!operand || *operand >= position) return fmt::format("\"{}\" is no value made before", words[k]);
    i.operands[k] = ValueId(*operand);
    i.operand_type = block.instructions[i.operands[k]].type;
  }
  if (has_immediate) {
    const std::optional<u64> immediate =
        traits->immediate == Immediate::stop ? stop_kind(words.back()) : number(words.back());
    if (!immediate) return fmt::format("\"{}\" is not what {} takes", words.back(), traits->name);
    i.immediate = *immediate;
  }
  block.instructions.push_back(i);
  return "";
}

std::string read_guest(std::span<const std::string_view> words, Block& block) {
  if (words[0] == "variant" && block.guest.empty()) {
    const std::optional<u64> variant = words.size() == 2 ? number(words[1]) : std::nullopt;
    if (!variant || *variant > 255) return "the variant's number is expected";
    block.variant = u8(*variant);
    return "";
  }
  const std::optional<u64> pc = number(words[0]);
  const std::optional<u64> length = words.size() == 2 ? number(words[1]) : std::nullopt;
  if (!pc || !length || *length > 15) return "an address and a length are expected";
  Builder(block).begin(*pc, u8(*length));
  return "";
}

}  // namespace

Result<Block> parse(std::string_view text) {
  Block block;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::vector<std::string_view> words = words_of(one);
    if (words.empty()) continue;
    const bool indented = one.starts_with(' ');
    const std::string wrong = !indented           ? read_guest(words, block)
                              : block.guest.empty() ? "no guest instruction has begun"
                                                    : read_instruction(words, block);
    if (!wrong.empty()) return fail(ErrorKind::bad_input, fmt::format("line {}: {}", line, wrong));
  }
  return block;
}

}  // namespace diptych::ir
