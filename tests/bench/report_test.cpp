#include "tests/bench/report.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace diptych::bench;

namespace {

const std::vector<Runner> runners = {{"native", false, false, {}},
                                     {"qemu", false, false, {}},
                                     {"baseline", false, true, {}},
                                     {"interp", true, true, {}},
                                     {"watchpoint", false, true, {}, "baseline"}};

Series series(std::string runner, bool slow, std::vector<double> cpu, std::optional<double> instructions = {}) {
  return {runner, slow, cpu, cpu, instructions};
}

// Native twice as slow in the last round, as when something else ran: all the others with it.
const std::vector<Measured> all = {
    {{"first", Kind::integer, 100}, 100, 10,
     {series("native", false, {1, 1, 2}), series("qemu", false, {4, 4, 8}), series("baseline", false, {2, 2, 4}),
      series("native", true, {0.1, 0.1, 0.1}), series("qemu", true, {0.5, 0.5, 0.5}),
      series("interp", true, {2, 2, 2}, 300e6), series("watchpoint", false, {3, 3, 6}, 300e6)},
     {}},
    {{"second", Kind::integer, 100}, 100, 10,
     {series("native", false, {1, 1, 1}), series("qemu", false, {9, 9, 9})}, {"baseline is wrong"}},
    {{"third", Kind::floating, 100}, 100, 10,
     {series("native", false, {2, 2, 2}), series("qemu", false, {40, 40, 40}), series("baseline", false, {10, 10, 10})},
     {}},
};

}  // namespace

TEST_CASE("ratios are taken round by round, between runs of the same size") {
  CHECK(ratio_of(all[0], runners[1], "native")->median == 4);
  CHECK(ratio_of(all[0], runners[1], "native")->spread == 0);
  CHECK(ratio_of(all[0], runners[2], "qemu")->median == 0.5);
  CHECK(ratio_of(all[0], runners[3], "native")->median == Approx(20));
  CHECK(ratio_of(all[0], runners[3], "qemu")->median == Approx(4));
  CHECK(!ratio_of(all[1], runners[2], "native"));
  CHECK(!ratio_of(all[2], runners[3], "native"));
}

TEST_CASE("what is beside another runner is compared with it alone") {
  const nlohmann::json json = as_json(all, runners, {.rounds = 3});
  const nlohmann::json& ratio = json["programs"][0]["ratios"][3];
  CHECK(ratio["runner"] == "watchpoint");
  CHECK(ratio["times_baseline"]["median"] == 1.5);
  CHECK(!ratio.contains("times_native"));
  CHECK(*mean_ratio(all, Kind::integer, runners[4], "baseline") == Approx(1.5));
}

TEST_CASE("means are of one kind of program") {
  CHECK(*mean_ratio(all, Kind::integer, runners[1], "native") == Approx(6));
  CHECK(*mean_ratio(all, Kind::floating, runners[1], "native") == Approx(20));
  CHECK(!mean_ratio(all, Kind::floating, runners[3], "native"));
}

TEST_CASE("the table has a line for each program, and says where nothing was measured") {
  CHECK(table(all, runners) ==
        "integer           native s  qemu/native  baseline/native  interp/native  baseline/qemu  interp/qemu"
        "  watchpoint/baseline  baseline M/s  interp M/s  spread\n"
        "first                1.000         4.00             2.00          20.00           0.50         4.00"
        "                 1.50             -         150     0 %\n"
        "second               1.000         9.00                -              -              -            -"
        "                    -             -           -     0 %\n"
        "geometric mean                     6.00             2.00          20.00           0.50         4.00"
        "                 1.50             -         150\n"
        "\n"
        "floating point    native s  qemu/native  baseline/native  interp/native  baseline/qemu  interp/qemu"
        "  watchpoint/baseline  baseline M/s  interp M/s  spread\n"
        "third                2.000        20.00             5.00              -           0.25            -"
        "                    -             -           -     0 %\n"
        "geometric mean                    20.00             5.00              -           0.25            -"
        "                    -             -           -\n"
        "\n");
}

TEST_CASE("JSON has every run, and what follows from them") {
  const nlohmann::json json = as_json(all, runners, {.rounds = 3});
  CHECK(json["rounds"] == 3);
  REQUIRE(json["programs"].size() == 3);
  const nlohmann::json& first = json["programs"][0];
  CHECK(first["runs"][0]["cpu_seconds"] == nlohmann::json({1.0, 1.0, 2.0}));
  CHECK(first["runs"][5]["instructions"] == 300e6);
  CHECK(first["runs"][5]["size"] == 10);
  CHECK(first["ratios"][1]["runner"] == "baseline");
  CHECK(first["ratios"][1]["times_qemu"]["median"] == 0.5);
  CHECK(first["ratios"][2]["million_instructions_a_second"] == 150);
  CHECK(json["programs"][1]["wrong"][0] == "baseline is wrong");
  CHECK(json["geometric_means"][0]["runner"] == "qemu");
  CHECK(json["geometric_means"][0]["times_native"].get<double>() == Approx(6));
}
