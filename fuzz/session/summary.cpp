#include "fuzz/session/summary.hpp"

#include "engine/guest/instructions.hpp"
#include "fuzz/session/machine_rows.hpp"
#include "oracle/machines.hpp"
#include "oracle/quirks/quirk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace diptych::fuzz {
namespace {

struct QuirkHits {
  const Quirk* quirk;
  u64 hits;
};

// Of the machines that took part, used or not.
std::vector<QuirkHits> quirk_hits(const Summary& s) {
  std::vector<QuirkHits> hits;
  const std::span<const Quirk> quirks = all_quirks();
  for (std::size_t i = 0; i < quirks.size() && i < Tally::most_quirks; ++i)
    if (quirks[i].guest == s.configuration.guest && std::ranges::find(s.machines, quirks[i].machine, &MachineSummary::name) != s.machines.end())
      hits.push_back({&quirks[i], s.tally.quirk_hits[i]});
  return hits;
}

// Of the rows that the first machine has.
std::vector<std::string> rows_with_none(const Summary& s, const std::array<u64, Tally::most_rows>& counts) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < row_count(s.configuration.guest); ++i) {
    const RowInfo row = row_info(s.configuration.guest, i);
    if (counts[i] == 0 && ((s.tally.extensions >> row.extension) & 1)) names.emplace_back(row.mnemonic);
  }
  return names;
}

// A row that came up so often had its chances, and in so many runs every row has.
constexpr u64 executions_enough = 64, runs_enough = 500000;
// A quirk that should have shown so often and never did.
constexpr u64 misses_enough = 8;
constexpr double share_enough = 0.05;

std::vector<std::string_view> rows_uncompared(const Summary& s) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < row_count(s.configuration.guest); ++i) {
    const RowInfo row = row_info(s.configuration.guest, i);
    if (s.tally.rows_compared[i] != 0 || !((s.tally.extensions >> row.extension) & 1)) continue;
    const bool shared = (s.tally.shared_extensions >> row.extension) & 1;
    if (!shared || s.tally.rows_executed[i] >= executions_enough || s.tally.runs >= runs_enough) names.push_back(row.mnemonic);
  }
  return names;
}

double share_compared(const MachineTally& machine) {
  u64 chances = machine.compared;
  for (const u64 runs : machine.abstained) chances += runs;
  return chances == 0 ? 1 : double(machine.compared) / double(chances);
}

// Broken at blanks, so that a terminal of 80 columns need not break it anywhere.
std::string wrapped(std::string text) {
  constexpr std::size_t columns = 80;
  constexpr std::string_view indent = "      ";
  for (std::size_t start = text.rfind('\n') + 1; text.size() - start > columns;) {
    const std::size_t blank = text.rfind(' ', start + columns);
    if (blank == text.npos || blank <= start + indent.size()) break;
    text.replace(blank, 1, "\n" + std::string(indent));
    start = blank + 1;
  }
  return text;
}

// What is wrong is what runs, and what is right is beside it: a stage that translated code goes through runs as
// translated code. Passes that it does not go through, and machines that are no stage, can only stand beside.
std::string debugging_command(const Bucket& b) {
  const bool aside = b.stage == "ir:common" || b.stage == "ir:dead" || !is_stage(b.stage);
  const bool first = b.stage == "interp";
  const auto reference = std::ranges::find_if(b.references, [](const std::string& name) { return !is_stage(name) && name != "budget"; });
  const std::string beside = aside ? b.stage : !first ? "interp" : reference != b.references.end() ? *reference : "unicorn";
  return fmt::format("diptych gdb {} --at-divergence --tier {} --beside {} --exec gdb", b.case_path, first || aside ? "interp" : "baseline", beside);
}

}  // namespace

u64 Summary::unexplained() const {
  u64 total = 0;
  for (const Bucket& bucket : findings) total += bucket.count;
  return total;
}

std::vector<std::string> Summary::uncompared() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < machines.size(); ++i)
    if (const double share = share_compared(tally.machines[i]); share < share_enough)
      all.push_back(fmt::format("{} was compared on {:.2f} % of its runs", machines[i].name, 100 * share));
  std::vector<std::string_view> rows = rows_uncompared(*this);
  constexpr std::size_t named = 8;
  const std::size_t more = rows.size() - std::min(rows.size(), named);
  if (more != 0) rows.resize(named);
  if (!rows.empty())
    all.push_back(fmt::format("no machine was compared on {}{}", fmt::join(rows, " "), more ? fmt::format(" and {} rows more", more) : ""));
  return all;
}

std::vector<std::string> Summary::missing_quirks() const {
  std::vector<std::string> all;
  const std::span<const Quirk> quirks = all_quirks();
  for (std::size_t i = 0; i < quirks.size() && i < Tally::most_quirks; ++i)
    if (tally.quirk_shown[i] == 0 && tally.quirk_misses[i] >= misses_enough)
      all.push_back(fmt::format("{} never showed, though {} programs looked into called for it: {} was repaired, or {} has the same fault",
                                quirks[i].name, tally.quirk_misses[i], quirks[i].machine, machines.front().name));
  return all;
}

bool Summary::is_hollow() const {
  return !missing_quirks().empty() || (!configuration.allow_uncompared && !uncompared().empty());
}

u64 Summary::lost_subjects() const {
  return u64(std::ranges::count_if(casualties, [&](const Casualty& casualty) {
    return std::ranges::any_of(machines, [&](const MachineSummary& m) { return !m.oracle && m.name == casualty.machine; });
  }));
}

nlohmann::json to_json(const Summary& s) {
  nlohmann::json json;
  json["guest"] = std::string(name_of(s.configuration.guest));
  json["subject"] = s.configuration.subjects;
  json["oracle"] = s.configuration.oracles;
  json["seed"] = s.configuration.seed;
  json["runs"] = s.tally.runs;
  json["executions"] = s.tally.executions;
  json["blocks"] = s.blocks;
  json["reruns"] = s.tally.reruns;
  json["seconds"] = s.seconds;
  json["cpu_seconds"] = s.cpu_seconds;
  json["executions_per_second"] = s.seconds > 0 ? double(s.tally.executions) / s.seconds : 0;
  json["inside_seconds"] = s.inside_seconds;
  json["outside_seconds"] = s.outside_seconds();
  json["outside_ratio"] = s.outside_ratio();
  json["oracle_share"] = s.oracle_share();
  json["compared_share"] = s.compared_share();
  json["unexplained"] = s.unexplained();
  json["interrupted"] = s.interrupted;
  if (!s.corpus_error.empty()) json["corpus_error"] = s.corpus_error;

  nlohmann::json machines = nlohmann::json::object();
  for (std::size_t i = 0; i < s.machines.size(); ++i) {
    const MachineTally& m = s.tally.machines[i];
    nlohmann::json abstained = nlohmann::json::object();
    for (std::size_t why = 0; why < abstention_count; ++why)
      abstained[std::string(name_of(Abstention(why)))] = m.abstained[why];
    machines[s.machines[i].name] = {{"role", s.machines[i].oracle ? "oracle" : "subject"},
                                    {"place", i},
                                    {"compared", m.compared},
                                    {"quirk", m.quirk},
                                    {"open", m.open},
                                    {"unsteady", m.unsteady},
                                    {"flaky", m.flaky},
                                    {"unexplained", m.unexplained},
                                    {"abstained", abstained}};
  }
  json["machines"] = machines;
  for (const MachineSummary& machine : s.machines) json["machine_seconds"][machine.name] = machine.seconds;

  nlohmann::json quirks = nlohmann::json::object();
  nlohmann::json unused = nlohmann::json::array();
  for (const QuirkHits& hit : quirk_hits(s)) {
    quirks[hit.quirk->name] = hit.hits;
    if (hit.hits == 0) unused.push_back(hit.quirk->name);
  }
  json["quirks"] = quirks;
  json["unused_quirks"] = unused;
  json["uncompared"] = s.uncompared();
  json["allow_uncompared"] = s.configuration.allow_uncompared;
  json["missing_quirks"] = s.missing_quirks();
  json["rows"] = {{"all", row_count(s.configuration.guest)},
                  {"never_executed", rows_with_none(s, s.tally.rows_executed)},
                  {"never_compared", rows_with_none(s, s.tally.rows_compared)}};

  json["findings"] = nlohmann::json::array();
  for (const Bucket& b : s.findings)
    json["findings"].push_back({{"signature", b.signature},
                                {"case", b.case_path},
                                {"stage", b.stage},
                                {"instruction", b.instruction},
                                {"mnemonic", b.mnemonic},
                                {"kind", b.kind},
                                {"subject", b.stage},
                                {"count", b.count},
                                {"references", b.references},
                                {"outvoted", b.outvoted},
                                {"minimized", b.minimized},
                                {"replays", b.replays},
                                {"left_over", b.left_over},
                                {"trouble", b.trouble},
                                {"debug", debugging_command(b)}});
  json["casualties"] = nlohmann::json::array();
  for (const Casualty& c : s.casualties)
    json["casualties"].push_back({{"machine", c.machine},
                                  {"how", c.how},
                                  {"case", c.case_path},
                                  {"signature", c.signature},
                                  {"instruction", c.instruction},
                                  {"count", c.count},
                                  {"minimized", c.minimized},
                                  {"replays", c.replays}});
  json["ended_early"] = s.ended_early;
  return json;
}

std::string to_text(const Summary& s) {
  std::string text;
  auto line = [&]<class... T>(fmt::format_string<T...> format, T&&... values) {
    text += wrapped(fmt::format(format, std::forward<T>(values)...)) + "\n";
  };
  line("{} against {} on {}, seed {}{}", subjects_in_short(s), s.configuration.oracles,
       name_of(s.configuration.guest), s.configuration.seed, s.interrupted ? " (interrupted)" : "");
  line("  {} runs, {} executions in {:.1f} s: {:.0f} executions a second", s.tally.runs, s.tally.executions, s.seconds,
       s.seconds > 0 ? double(s.tally.executions) / s.seconds : 0);
  line("  {:.1f} CPU seconds in the references' first runs, {:.1f} outside: ratio {:.2f}", s.inside_seconds,
       s.outside_seconds(), s.outside_ratio());
  line("  {:.2f} % of all state compared with at least one other machine", 100 * s.compared_share());
  for (const MachineRow& row : machine_rows(s)) {
    const MachineTally& m = row.tally;
    std::string abstained;
    for (std::size_t why = 0; why < abstention_count; ++why)
      if (m.abstained[why]) abstained += fmt::format(", {} {}", m.abstained[why], name_of(Abstention(why)));
    line("  {}: {:.1f} s, {} compared{}{}{}{}{}", row.name, row.seconds, m.compared,
         m.quirk ? fmt::format(", {} by known quirks", m.quirk) : "", m.open ? fmt::format(", {} left open", m.open) : "",
         m.unsteady ? fmt::format(", {} only agreed precisely", m.unsteady) : "",
         m.flaky ? fmt::format(", {} parted and did not again", m.flaky) : "",
         abstained.empty() ? "" : "; not asked: " + abstained.substr(2));
  }
  std::vector<QuirkHits> hits = quirk_hits(s);
  std::ranges::sort(hits, std::ranges::greater{}, &QuirkHits::hits);
  std::vector<std::string_view> unused;
  for (const QuirkHits& hit : hits) {
    if (hit.hits == 0) unused.push_back(hit.quirk->name);
    else if (&hit == &hits.front()) line("  known quirks met, and how often:");
    if (hit.hits != 0) line("    {:>10}  {}", hit.hits, hit.quirk->name);
  }
  if (!unused.empty()) line("  known quirks not met: {}", fmt::join(unused, ", "));
  const std::vector<std::string> never = rows_with_none(s, s.tally.rows_compared);
  // A short run has hardly begun; the JSON has them all.
  constexpr std::size_t named = 12;
  if (never.size() > named)
    line("  rows never compared: {} of {}", never.size(), row_count(s.configuration.guest));
  else
    line("  rows never compared: {}", never.empty() ? "none" : fmt::format("{}", fmt::join(never, " ")));
  if (!s.corpus_error.empty()) line("  corpus incomplete: {}", s.corpus_error);
  for (const Casualty& c : s.casualties) {
    line("  {} {}, {} times{}{}", c.machine, c.how, c.count, c.instruction.empty() ? "" : ": " + c.instruction,
         c.replays ? "" : ", but not when it ran the case again");
    if (!c.case_path.empty()) line("      diptych replay {}", c.case_path);
  }
  if (s.findings.empty()) {
    line("\nNo unexplained difference{}.", s.lost_subjects() == 0 ? "" : ", but a machine under test did not survive");
    return text;
  }
  line("\n{} distinct finding{}, {} times:", s.findings.size(), s.findings.size() == 1 ? "" : "s", s.unexplained());
  for (const Bucket& b : s.findings) {
    line("  {:<24} {} times, against {}{}", b.signature, b.count, fmt::join(b.references, ", "),
         b.outvoted.empty() ? "" : fmt::format("; outvoted: {}", fmt::join(b.outvoted, ", ")));
    line("      {}", b.instruction);
    if (b.left_over) line("      found by an earlier session");
    if (!b.replays) line("      does not replay: the machines parted, and did not when the case was run again");
    if (!b.trouble.empty()) line("      not minimized: {}", b.trouble);
    // Commands are copied, so they stay whole.
    text += fmt::format("      diptych replay {}\n      {}\n", b.case_path, debugging_command(b));
  }
  return text;
}

std::string last_line(const Summary& s) {
  if (!s.ended_early.empty()) return fmt::format("Ended early: {}.\n", s.ended_early);
  std::vector<std::string> parts = s.missing_quirks();
  const std::vector<std::string> uncompared = s.uncompared();
  parts.insert(parts.end(), uncompared.begin(), uncompared.end());
  if (parts.empty()) return "";
  const bool accepted = s.configuration.allow_uncompared || uncompared.empty();
  return fmt::format("Not all was compared: {}.{}\n", fmt::join(parts, "; "), accepted ? "" : " --allow-uncompared accepts what was not compared.");
}

}  // namespace diptych::fuzz
