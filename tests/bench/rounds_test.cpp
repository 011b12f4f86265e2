#include "tests/bench/rounds.hpp"

#include "tests/catch.hpp"

#include <fmt/format.h>

using namespace diptych::bench;

namespace {

constexpr Program program = {"sample", Kind::integer, 100};

// Says the size it was given, or what a test wants it to do.
Runner runner(std::string name, std::string script = "echo $1", bool slow = false, bool ours = false) {
  return {name, slow, ours, [script](std::string_view of, std::uint64_t size) {
            return std::vector<std::string>{"sh", "-c", script, std::string(of), std::to_string(size)};
          }};
}

}  // namespace

TEST_CASE("every runner runs in every round, at a size that is the same for those compared") {
  const std::vector runners = {runner("native"), runner("qemu"), runner("fast", "echo $1", false, true),
                               runner("slow", "echo $1", true, true)};
  const Measured measured = measure_rounds(program, runners, {.rounds = 3, .scale = 0.5, .slow_scale = 0.1});
  CHECK(measured.wrong.empty());
  CHECK(measured.size == 50);
  CHECK(measured.slow_size == 5);
  std::string found;
  for (const Series& series : measured.series) {
    CHECK(series.cpu.size() == 3);
    CHECK(series.wall.size() == 3);
    found += fmt::format("{}{} ", series.runner, series.slow ? "*" : "");
  }
  // The engine's fast tier has no business at the smaller size.
  CHECK(found == "native qemu fast native* qemu* slow* ");
}

TEST_CASE("no size becomes zero") {
  const std::vector runners = {runner("native")};
  CHECK(measure_rounds(program, runners, {.rounds = 1, .scale = 1e-9}).size == 1);
}

TEST_CASE("a runner that says something else is named and left out") {
  const std::vector runners = {runner("native"), runner("liar", "echo 42"), runner("qemu")};
  const Measured measured = measure_rounds(program, runners, {.rounds = 3});
  REQUIRE(measured.wrong.size() == 1);
  CHECK(measured.wrong[0] == "liar gives another output for sample: \"42\" in place of \"100\"");
  CHECK(measured.find("liar", false) == nullptr);
  CHECK(measured.find("qemu", false)->cpu.size() == 3);
}

TEST_CASE("a runner that fails is named with its reason and left out") {
  const std::vector runners = {runner("native"), runner("crash", "echo 100; echo ouch >&2; exit 7"),
                               runner("absent")};
  std::vector all = runners;
  all[2].command = [](auto, auto) { return std::vector<std::string>{"/no/such/program"}; };
  const Measured measured = measure_rounds(program, all, {.rounds = 2});
  REQUIRE(measured.wrong.size() == 2);
  CHECK(measured.wrong[0] == "crash ended sample with exit status 7: ouch");
  CHECK(measured.wrong[1] == "/no/such/program cannot be started: No such file or directory");
  CHECK(measured.series.size() == 1);
}

TEST_CASE("instructions are read from what our command says of itself") {
  const std::vector runners = {runner("interp", "echo '{\"tiers\":[{\"instructions\":1234}]}' >&2", true, true)};
  const Measured measured = measure_rounds(program, runners, {.rounds = 1});
  REQUIRE(measured.find("interp", true));
  CHECK(measured.find("interp", true)->instructions == 1234);

  CHECK(instructions_in(R"({ guest {"tiers" {"tiers":[{"tier":"a","instructions":5},{"instructions":6}],"x":1})"
                        "\n") == 11);
  CHECK(instructions_in(R"({"tiers":[{"instructions":"many"}]})") == std::nullopt);
  CHECK(instructions_in(R"({"tiers":[{"seconds":1}]})") == std::nullopt);
  CHECK(instructions_in(R"({"tiers":[{"instructions":5)") == std::nullopt);
  CHECK(instructions_in("nothing") == std::nullopt);
}
