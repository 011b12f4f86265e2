// translate: a block's way from guest code to host code.
#include "cli/output.hpp"
#include "cli/verb.hpp"

#include "corpus/files.hpp"
#include "engine/guest/instructions.hpp"
#include "engine/ir/text.hpp"
#include "engine/jit/options.hpp"
#include "listing/print.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace diptych::cli {
namespace {

using namespace listing;

// As frm numbers them.
constexpr std::array<std::string_view, 5> rounding_modes = {"rne", "rtz", "rdn", "rup", "rmm"};

struct Code {
  std::vector<u8> bytes;
  u64 address = 0;
  u64 pc = 0;
  u8 rounding = 0;
};

std::optional<u64> hexadecimal(std::string_view digits) {
  u64 value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<u64> number(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return hexadecimal(text.substr(2));
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Words as case files write them, of four or eight digits, or bytes as they lie in memory, of two.
std::optional<std::vector<u8>> bytes_in(const std::vector<std::string>& texts) {
  std::vector<u8> bytes;
  for (std::string_view text : texts) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find_first_of(" ,\t\n"), text.size());
      std::string_view word = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (word.empty()) continue;
      if (word.starts_with("0x")) word.remove_prefix(2);
      const std::optional<u64> value = hexadecimal(word);
      if (!value || (word.size() != 2 && word.size() != 4 && word.size() != 8)) return std::nullopt;
      for (std::size_t i = 0; i < word.size() / 2; ++i) bytes.push_back(u8(*value >> (8 * i)));
    }
  }
  if (bytes.empty()) return std::nullopt;
  return bytes;
}

Result<Code> code_in(const std::vector<std::string>& texts, const std::optional<u64>& address) {
  constexpr u64 usual_address = 0x10000;
  if (std::optional<std::vector<u8>> bytes = bytes_in(texts)) {
    const u64 at = address.value_or(usual_address);
    return Code{std::move(*bytes), at, at};
  }
  std::error_code ignored;
  if (texts.size() != 1 || !std::filesystem::exists(texts.front(), ignored))
    return fail(ErrorKind::bad_input,
                fmt::format("\"{}\" is neither a case file nor code: words of 4 or 8 hexadecimal digits as case files write them, or bytes "
                            "of 2 as they lie in memory",
                            fmt::join(texts, " ")));
  auto some = read_case(texts.front());
  if (!some) return std::unexpected(std::move(some).error());
  if (some->guest() != Guest::riscv64)
    return fail(ErrorKind::unsupported, fmt::format("code of {} is not translated yet; that of riscv64 is", name_of(some->guest())));
  // frm lies above the five flags.
  const u8 rounding = u8(some->input.state.words[register_named(Guest::riscv64, "fcsr")->word] >> 5 & 7);
  const u64 pc = some->input.state.words[program_counter_word(Guest::riscv64)];
  const u64 at = address.value_or(some->program.code_address);
  const bool inside = pc - some->program.code_address < some->program.code.size();
  return Code{std::move(some->program.code), at, inside ? pc - some->program.code_address + at : at, rounding};
}

nlohmann::json to_json(const Translated& block) {
  nlohmann::json json = {{"address", block.address}, {"end", block.end}, {"rounding", block.rounding},
                         {"uses_rounding", block.uses_rounding}, {"lifted", ir::print(block.lifted)},
                         {"guest", nlohmann::json::array()}, {"passes", nlohmann::json::array()}};
  for (const GuestInstruction& one : block.guest)
    json["guest"].push_back({{"address", one.address}, {"word", fmt::format("{:0{}x}", one.word, one.length * 2)}, {"length", one.length}, {"text", one.text}});
  for (const Pass& pass : block.passes)
    json["passes"].push_back({{"name", pass.name}, {"changed", pass.changed}, {"ir", ir::print(pass.block)}});
  nlohmann::json parts = nlohmann::json::array();
  for (const HostPart& part : block.parts) {
    const bool entry = part.kind == HostPart::Kind::entry || part.kind == HostPart::Kind::budget;
    nlohmann::json made = {{"label", part.label.empty() ? nlohmann::json() : nlohmann::json(part.label)},
                           {"purpose", purpose(block, part)},
                           {"guest", entry ? nlohmann::json() : nlohmann::json(block.guest[part.guest].address)},
                           {"instructions", nlohmann::json::array()}};
    if (part.kind == HostPart::Kind::link) made["target"] = part.target;
    for (const HostInstruction& one : part.code) {
      const u32 offset = one.position - block.position;
      std::string bytes;
      for (u8 byte : std::span(block.bytes).subspan(offset, one.length)) bytes += fmt::format("{:02x}", byte);
      const std::string_view label = block.local(one.position);
      made["instructions"].push_back({{"offset", offset}, {"bytes", bytes}, {"text", print(block, one)}, {"label", label.empty() ? nlohmann::json() : nlohmann::json(label)}});
    }
    parts.push_back(std::move(made));
  }
  json["host"] = {{"size", block.size}, {"parts", std::move(parts)}};
  return json;
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> texts;
  std::string guest_name, address_text, rounding, stage_name;
  options::options_description described("Options");
  described.add_options()("code", options::value(&texts)->required(),
                          "a case file; or code: words of 4 or 8 hexadecimal digits as case files write them, or bytes of 2 as they lie in memory")(
      "guest", options::value(&guest_name)->default_value("riscv64"), "the guest: riscv64")(
      "address", options::value(&address_text), "where the code lies: default 0x10000, or where the case has it")(
      "rounding", options::value(&rounding), "rounding mode in force: rne, rtz, rdn, rup or rmm; default rne, or the case's")(
      "stage", options::value(&stage_name)->default_value("baseline"), "how far the compiler goes: jit:emit, jit:allocate, jit:recover or baseline")(
      "json", "print JSON");
  options::positional_options_description positional;
  positional.add("code", -1);
  const Parsed parsed = parse(translate_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  const std::optional<Guest> guest = guest_named(guest_name);
  if (!guest || row_count(*guest) == 0)
    return complain({ErrorKind::bad_input, fmt::format("there is no instruction table for \"{}\"; there is one for riscv64", guest_name)});
  const auto stage = std::ranges::find(jit::stages, stage_name, &jit::Stage::name);
  if (stage == jit::stages.end())
    return complain({ErrorKind::bad_input, fmt::format("there is no stage \"{}\" of the compiler; see diptych translate --help", stage_name)});
  std::optional<u64> address;
  if (!address_text.empty()) {
    address = number(address_text);
    if (!address || *address % 2 != 0)
      return complain({ErrorKind::bad_input, fmt::format("\"{}\" is no even address", address_text)});
  }
  Result<Code> code = code_in(texts, address);
  if (!code) return complain(code.error());
  if (code->address + code->bytes.size() < code->address)
    return complain({ErrorKind::bad_input, fmt::format("code at 0x{:x} reaches beyond the last address", code->address)});
  if (!rounding.empty()) {
    const auto mode = std::ranges::find(rounding_modes, rounding);
    if (mode == rounding_modes.end())
      return complain({ErrorKind::bad_input, fmt::format("there is no rounding mode \"{}\"; there are rne, rtz, rdn, rup and rmm", rounding)});
    code->rounding = u8(mode - rounding_modes.begin());
  }
  Result<Translator> translator = Translator::create();
  if (!translator) return complain(translator.error());
  const auto blocks = translator->translate_all({code->bytes, code->address}, code->pc, code->rounding, stage->options);
  if (!blocks) return complain(blocks.error());
  if (parsed.values.contains("json")) {
    nlohmann::json all = nlohmann::json::array();
    for (const Translated& block : *blocks) all.push_back(to_json(block));
    print_output("{}\n", nlohmann::json({{"guest", guest_name}, {"stage", stage_name}, {"blocks", all}}).dump(1));
    return fine;
  }
  for (const Translated& block : *blocks) print_output("{}{}", &block == &blocks->front() ? "" : "\n", print(block));
  return fine;
}

}  // namespace

const Verb translate_verb = {"translate", "show the way of code to host code: decoded, as IR, after each pass, emitted", "CASE|CODE...",
                             "  diptych translate --guest riscv64 80b5262f", run};

}  // namespace diptych::cli
