#include "tests/bench/runner.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace diptych::bench {

std::vector<Runner> all_runners(const Places& places) {
  auto built_for = [places](std::string_view program, std::string_view platform) {
    return (places.programs / fmt::format("{}.{}", program, platform)).string();
  };
  auto tier = [places, built_for](std::string name, bool slow) {
    return Runner{name, slow, true, [=](std::string_view program, std::uint64_t size) {
                    return std::vector<std::string>{places.diptych.string(), "run", "--tier", name, "--stats", "--json",
                                                    built_for(program, "riscv64"), std::to_string(size)};
                  }};
  };
  // What is set in a program that runs by the tier `baseline`, and not met.
  auto looked_on = [places, built_for](std::string name) {
    return Runner{name, false, true, [=](std::string_view program, std::uint64_t size) {
                    return std::vector<std::string>{places.looked_on.string(), name, built_for(program, "riscv64"),
                                                    std::to_string(size)};
                  }, "baseline"};
  };
  return {
      {"native", false, false,
       [=](std::string_view program, std::uint64_t size) {
         return std::vector<std::string>{built_for(program, "native"), std::to_string(size)};
       }},
      {"qemu", false, false,
       [=](std::string_view program, std::uint64_t size) {
         return std::vector<std::string>{"qemu-riscv64", built_for(program, "riscv64"), std::to_string(size)};
       }},
      tier("baseline", false),
      looked_on("breakpoint"),
      looked_on("watchpoint"),
      tier("interp", true),
  };
}

std::optional<std::string> why_unusable(const Runner& runner, std::string_view program) {
  const Result<Run> run = measure(runner.command(program, 1), 60);
  if (!run) return run.error().message;
  // What our command answers to a request that it cannot meet.
  if (runner.ours && run->exit == 2) return run->err.substr(0, run->err.find('\n'));
  return std::nullopt;
}

std::optional<double> instructions_in(std::string_view said) {
  // The guest's own words come first, and may look like anything.
  const std::size_t line = said.rfind("{\"tiers\"");
  if (line == said.npos) return std::nullopt;
  const nlohmann::json stats = nlohmann::json::parse(said.substr(line), nullptr, false);
  if (!stats.is_object()) return std::nullopt;
  double sum = 0;
  for (const nlohmann::json& tier : stats["tiers"]) {
    if (!tier.is_object() || !tier.contains("instructions") || !tier["instructions"].is_number()) return std::nullopt;
    sum += tier["instructions"].get<double>();
  }
  return sum;
}

}  // namespace diptych::bench
