#include "oracle/quirks/quirk.hpp"

#include "engine/guest/riscv64/deviation.hpp"
#include "oracle/comparison/tally.hpp"
#include "oracle/quirks/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <ranges>
#include <sstream>

namespace diptych {
namespace {

using Json = nlohmann::json;

constexpr std::array all_kinds = {DifferenceKind::stop,     DifferenceKind::program_counter, DifferenceKind::general,
                                  DifferenceKind::floating, DifferenceKind::control,         DifferenceKind::memory,
                                  DifferenceKind::retired};
constexpr std::array all_stops = {StopKind::end,        StopKind::budget,      StopKind::illegal,
                                  StopKind::breakpoint, StopKind::system_call, StopKind::fault,
                                  StopKind::misaligned, StopKind::runaway};

template <class Enum, std::size_t n>
std::optional<Enum> named(const std::array<Enum, n>& all, std::string_view name) {
  for (Enum item : all)
    if (name_of(item) == name) return item;
  return std::nullopt;
}

Result<Quirk> read_quirk(const Json& json) {
  Quirk quirk;
  auto text = [&](const char* key) { return json.value(key, std::string()); };
  quirk.name = text("name");
  auto bad = [&](std::string what) {
    return fail(ErrorKind::bad_input, fmt::format("quirk \"{}\": {}", quirk.name, what));
  };
  quirk.machine = text("machine");
  quirk.reason = text("reason");
  quirk.upstream = text("upstream");
  if (quirk.name.empty() || quirk.machine.empty() || quirk.reason.empty() || quirk.upstream.empty())
    return bad("name, machine, reason and upstream are all needed");
  const std::optional<Guest> guest = guest_named(text("guest"));
  if (!guest) return bad("its guest is not known");
  quirk.guest = *guest;
  if (const std::string deviation = text("deviation"); !deviation.empty()) {
    const auto number = riscv64::deviation_named(deviation);
    if (!number) return bad(fmt::format("there is no deviation \"{}\"", deviation));
    quirk.deviation = unsigned(*number);
    return quirk;
  }
  for (const Json& mnemonic : json.value("instructions", Json::array())) quirk.instructions.push_back(mnemonic);
  for (const Json& kind : json.value("differs", Json::array())) {
    const auto known = named(all_kinds, kind.get<std::string>());
    if (!known) return bad("an unknown kind of difference");
    quirk.differs.push_back(*known);
  }
  if (quirk.instructions.empty() || quirk.differs.empty()) return bad("it needs a deviation, or instructions and differs");
  for (auto [key, stop] : {std::pair{"subject_stop", &quirk.subject_stop}, {"reference_stop", &quirk.reference_stop}})
    if (json.contains(key)) {
      *stop = named(all_stops, text(key));
      if (!*stop) return bad(fmt::format("{} is not a stop", key));
    }
  quirk.word_mask = u32(std::stoul(json.value("word_mask", "0"), nullptr, 16));
  quirk.word_match = u32(std::stoul(json.value("word_match", "0"), nullptr, 16));
  return quirk;
}

}  // namespace

Result<std::vector<Quirk>> parse_quirks(std::string_view text, std::string_view name) {
  try {
    std::vector<Quirk> quirks;
    for (const Json& json : Json::parse(text)) {
      Result<Quirk> quirk = read_quirk(json);
      if (!quirk) return std::unexpected(std::move(quirk).error().in(name));
      quirks.push_back(std::move(*quirk));
    }
    return quirks;
  } catch (const std::exception& error) {
    return fail(ErrorKind::bad_input, fmt::format("{}: {}", name, error.what()));
  }
}

namespace {

Result<void> add_built_in(std::vector<Quirk>& all) {
  for (const QuirkFile& file : quirk_files()) {
    Result<std::vector<Quirk>> some = parse_quirks(file.text, file.name);
    if (!some) return std::unexpected(std::move(some).error());
    all.insert(all.end(), some->begin(), some->end());
  }
  return {};
}

Result<void> add_file(std::vector<Quirk>& all, const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return fail(ErrorKind::bad_input, fmt::format("{}: quirks cannot be read from there", path));
  Result<std::vector<Quirk>> some = parse_quirks(text.str(), path);
  if (!some) return std::unexpected(std::move(some).error());
  all.insert(all.end(), some->begin(), some->end());
  return {};
}

std::vector<Quirk>& quirks_in_force() {
  static std::vector<Quirk> quirks = [] {
    std::vector<Quirk> all;
    // They are built in, and a test reads each: this cannot fail in a program that passed its tests.
    if (!add_built_in(all)) std::abort();
    return all;
  }();
  return quirks;
}

}  // namespace

std::span<const Quirk> all_quirks() { return quirks_in_force(); }

Result<void> use_quirks(std::string_view list) {
  std::vector<Quirk> all;
  if (list != "none")
    for (const auto part : std::views::split(list, ',')) {
      const std::string name(std::string_view(part.begin(), part.end()));
      if (auto added = name == "built-in" ? add_built_in(all) : add_file(all, name); !added) return added;
    }
  if (all.size() > Tally::most_quirks)
    return fail(ErrorKind::bad_input, fmt::format("--quirks {}: {} quirks are more than the {} there is room for", list, all.size(), Tally::most_quirks));
  quirks_in_force() = std::move(all);
  return {};
}

u64 deviations_of(std::string_view machine, Guest guest) {
  u64 followed = 0;
  for (const Quirk& quirk : all_quirks())
    if (quirk.machine == machine && quirk.guest == guest && quirk.deviation) followed |= u64{1} << *quirk.deviation;
  return followed;
}

const Quirk* match_quirk(std::string_view machine, Guest guest, std::string_view mnemonic, u32 word,
                         const Outcome& subject, const Outcome& reference, std::span<const Difference> found) {
  for (const Quirk& quirk : all_quirks()) {
    if (quirk.machine != machine || quirk.guest != guest || quirk.deviation) continue;
    if (std::ranges::find(quirk.instructions, mnemonic) == quirk.instructions.end()) continue;
    if ((word & quirk.word_mask) != quirk.word_match) continue;
    if (quirk.subject_stop && *quirk.subject_stop != subject.stop.kind) continue;
    if (quirk.reference_stop && *quirk.reference_stop != reference.stop.kind) continue;
    if (std::ranges::all_of(found, [&](const Difference& d) { return std::ranges::find(quirk.differs, d.kind) != quirk.differs.end(); }))
      return &quirk;
  }
  return nullptr;
}

}  // namespace diptych
