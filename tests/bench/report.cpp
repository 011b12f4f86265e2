#include "tests/bench/report.hpp"

#include "tests/bench/summary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace diptych::bench {
namespace {

using nlohmann::json;

constexpr std::string_view name_of(Kind kind) { return kind == Kind::integer ? "integer" : "floating point"; }

std::optional<double> million_a_second(const Measured& measured, const Runner& runner) {
  const Series* series = measured.find(runner.name, runner.slow);
  if (!series || !series->instructions) return std::nullopt;
  return *series->instructions / median(series->cpu) * 1e-6;
}

std::optional<double> mean_speed(std::span<const Measured> all, Kind kind, const Runner& runner) {
  std::vector<double> speeds;
  for (const Measured& measured : all)
    if (measured.program.kind == kind)
      if (const auto speed = million_a_second(measured, runner)) speeds.push_back(*speed);
  if (speeds.empty()) return std::nullopt;
  return geometric_mean(speeds);
}

std::vector<std::string> compared_with(const Runner& runner) {
  if (!runner.beside.empty()) return {runner.beside};
  return {"native", "qemu"};
}

// One column of the table: what it is called, and its text for a program and for a kind's means.
struct Column {
  std::string title;
  std::function<std::string(const Measured&)> cell;
  std::function<std::string(Kind)> mean;
};

template <class Number>
std::string shown(const char* form, const std::optional<Number>& number) {
  return number ? fmt::format(fmt::runtime(form), *number) : "-";
}

std::vector<Column> columns(std::span<const Measured> all, std::span<const Runner> runners) {
  std::vector<Column> made;
  auto seconds = [](const Measured& measured) {
    const Series* native = measured.find("native", false);
    return native ? fmt::format("{:.3f}", median(native->cpu)) : "-";
  };
  made.push_back({"native s", seconds, [](Kind) { return std::string(); }});
  auto times = [&](const Runner& runner, std::string to, std::string title) {
    made.push_back({title,
                    [&runner, to](const Measured& measured) {
                      const auto ratio = ratio_of(measured, runner, to);
                      return ratio ? fmt::format("{:.2f}", ratio->median) : "-";
                    },
                    [&runner, to, all](Kind kind) { return shown("{:.2f}", mean_ratio(all, kind, runner, to)); }});
  };
  for (const Runner& runner : runners)
    if (runner.name != "native" && runner.beside.empty()) times(runner, "native", runner.name + "/native");
  for (const Runner& runner : runners)
    if (runner.ours && runner.beside.empty()) times(runner, "qemu", runner.name + "/qemu");
  for (const Runner& runner : runners)
    if (!runner.beside.empty()) times(runner, runner.beside, runner.name + "/" + runner.beside);
  for (const Runner& runner : runners)
    if (runner.ours && runner.beside.empty())
      made.push_back(
          {runner.name + " M/s",
           [&runner](const Measured& measured) { return shown("{:.0f}", million_a_second(measured, runner)); },
           [&runner, all](Kind kind) { return shown("{:.0f}", mean_speed(all, kind, runner)); }});
  auto noise = [runners](const Measured& measured) {
    double most = 0;
    for (const Runner& runner : runners)
      if (const auto ratio = ratio_of(measured, runner, "native")) most = std::max(most, ratio->spread);
    return fmt::format("{:.0f} %", most * 100);
  };
  made.push_back({"spread", noise, [](Kind) { return std::string(); }});
  return made;
}

}  // namespace

std::optional<Ratio> ratio_of(const Measured& measured, const Runner& runner, std::string_view to) {
  const Series* of = measured.find(runner.name, runner.slow);
  const Series* other = measured.find(to, runner.slow);
  if (!of || !other || of->cpu.empty()) return std::nullopt;
  const std::vector<double> all = ratios(*of, *other);
  return Ratio{median(all), spread(all)};
}

std::optional<double> mean_ratio(std::span<const Measured> all, Kind kind, const Runner& runner, std::string_view to) {
  std::vector<double> medians;
  for (const Measured& measured : all)
    if (measured.program.kind == kind)
      if (const auto ratio = ratio_of(measured, runner, to)) medians.push_back(ratio->median);
  if (medians.empty()) return std::nullopt;
  return geometric_mean(medians);
}

std::string table(std::span<const Measured> all, std::span<const Runner> runners) {
  const std::vector<Column> shown_columns = columns(all, runners);
  std::string text;
  for (Kind kind : {Kind::integer, Kind::floating}) {
    if (std::ranges::none_of(all, [&](const Measured& m) { return m.program.kind == kind; })) continue;
    auto line = [&](std::string_view name, auto cell) {
      text += fmt::format("{:<16}", name);
      for (const Column& column : shown_columns) {
        const std::string said = cell(column);
        text += fmt::format("  {:>{}}", said, std::max<std::size_t>(column.title.size(), 6));
      }
      text.erase(text.find_last_not_of(' ') + 1);
      text += '\n';
    };
    line(name_of(kind), [](const Column& column) { return column.title; });
    for (const Measured& measured : all)
      if (measured.program.kind == kind)
        line(measured.program.name, [&](const Column& column) { return column.cell(measured); });
    line("geometric mean", [&](const Column& column) { return column.mean(kind); });
    text += '\n';
  }
  return text;
}

json as_json(std::span<const Measured> all, std::span<const Runner> runners, const Plan& plan) {
  json programs = json::array();
  for (const Measured& measured : all) {
    json series = json::array();
    for (const Series& one : measured.series) {
      json entry = {{"runner", one.runner},
                    {"size", one.slow ? measured.slow_size : measured.size},
                    {"cpu_seconds", one.cpu},
                    {"wall_seconds", one.wall},
                    {"median_cpu_seconds", median(one.cpu)},
                    {"median_wall_seconds", median(one.wall)}};
      if (one.instructions) entry["instructions"] = *one.instructions;
      series.push_back(entry);
    }
    json compared = json::array();
    for (const Runner& runner : runners) {
      if (runner.name == "native") continue;
      json entry = {{"runner", runner.name}};
      for (const std::string& to : compared_with(runner))
        if (const auto ratio = ratio_of(measured, runner, to); ratio && runner.name != to)
          entry[fmt::format("times_{}", to)] = {{"median", ratio->median}, {"spread", ratio->spread}};
      if (const auto speed = million_a_second(measured, runner)) entry["million_instructions_a_second"] = *speed;
      if (entry.size() > 1) compared.push_back(entry);
    }
    programs.push_back({{"name", measured.program.name},
                        {"kind", name_of(measured.program.kind)},
                        {"runs", series},
                        {"ratios", compared},
                        {"wrong", measured.wrong}});
  }
  json means = json::array();
  for (Kind kind : {Kind::integer, Kind::floating})
    for (const Runner& runner : runners) {
      if (runner.name == "native") continue;
      json entry = {{"kind", name_of(kind)}, {"runner", runner.name}};
      for (const std::string& to : compared_with(runner))
        if (const auto mean = mean_ratio(all, kind, runner, to); mean && runner.name != to)
          entry[fmt::format("times_{}", to)] = *mean;
      if (const auto speed = mean_speed(all, kind, runner)) entry["million_instructions_a_second"] = *speed;
      if (entry.size() > 2) means.push_back(entry);
    }
  return {{"rounds", plan.rounds},
          {"scale", plan.scale},
          {"slow_scale", plan.slow_scale},
          {"programs", programs},
          {"geometric_means", means}};
}

}  // namespace diptych::bench
