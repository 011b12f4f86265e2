// Machines that die: what is kept of it, and that it is told.
#include "corpus/files.hpp"
#include "engine/guest/instructions.hpp"
#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

using namespace diptych;
using namespace diptych::cli_test;
using Json = nlohmann::json;

namespace {

Ended run_with_toys(const std::vector<std::string>& arguments) {
  return run(arguments, {.program = DIPTYCH_BINARY_DIR "/with-toys/diptych"});
}

}  // namespace

TEST_CASE("the input that a machine dies of is kept, cut down, and dies again") {
  const Folder folder;
  const Ended ended = run_with_toys({"fuzz", "--subject", "mortal", "--oracle", "interp", "--runs", "20000", "--seed", "3", "--allow-uncompared",
                                     "--json", "--out", folder / "out"});
  INFO(ended.out << ended.err);
  CHECK(ended.exit == 1);
  const Json s = Json::parse(ended.out);
  REQUIRE(!s.at("casualties").empty());
  // Where only a later turn of a loop dies, its other instructions stay.
  bool one_instruction = false;
  for (const Json& one : s.at("casualties")) {
    CHECK(one.at("machine") == "mortal");
    CHECK(one.at("how") == "ended the worker by signal 11");
    CHECK(one.at("replays") == true);
    if (!one.at("minimized").get<bool>()) continue;
    CHECK(one.at("instruction").get<std::string>().find("remuw") != std::string::npos);
    if (one.at("signature") != "mortal/remuw/crash") continue;
    one_instruction = true;
    const Case some = read_case(one.at("case").get<std::string>()).value();
    CHECK(some.earlier.empty());
    CHECK(instruction_at(Guest::riscv64, some.program.code)->mnemonic == "remuw");
    const Ended replayed = run_with_toys({"replay", one.at("case").get<std::string>(), "--subject", "mortal", "--oracle", "interp"});
    CHECK(replayed.exit == 1);
    CHECK(replayed.out.find("mortal was ended by signal 11") != std::string::npos);
  }
  CHECK(one_instruction);
  // What was kept at first is the very input, too.
  for (const auto& path : list_cases(folder / "out/casualties/raw").value())
    CHECK(run_with_toys({"replay", path.string(), "--subject", "mortal", "--oracle", "interp"}).exit == 1);
}

TEST_CASE("a session whose worker dies again and again ends early and says so") {
  const Folder folder;
  const Ended ended = run_with_toys({"fuzz", "--subject", "interp", "--oracle", "doomed", "--runs", "200000", "--json", "--out", folder / "out"});
  INFO(ended.err);
  CHECK(ended.exit == 1);
  const Json s = Json::parse(ended.out);
  CHECK(s.at("runs") < 200000);
  CHECK(s.at("ended_early").get<std::string>().find("doomed ended the worker by signal 6") != std::string::npos);
  u64 count = 0;
  for (const Json& one : s.at("casualties")) count += one.at("count").get<u64>();
  CHECK(count == 101);
}

TEST_CASE("a new session does not take a former one's findings for its own") {
  const Folder folder;
  folder.put("out/findings/old.case", "case 1\n");
  folder.put("out/raw/old.case.done", "case 1\n");
  const Ended ended = run({"fuzz", "--subject", "ir", "--oracle", "interp", "--runs", "32", "--out", folder / "out"});
  INFO(ended.err);
  CHECK_FALSE(fs::exists(folder / "out/findings/old.case"));
  CHECK(fs::exists(folder / "out/former/1/findings/old.case"));
  CHECK(fs::exists(folder / "out/former/1/raw/old.case.done"));
  run({"fuzz", "--subject", "ir", "--oracle", "interp", "--runs", "32", "--out", folder / "out"});
  CHECK(fs::exists(folder / "out/former/2/summary.json") != fs::exists(folder / "out/former/2/findings/old.case"));
}

TEST_CASE("a finding that does not replay is told as one") {
  const Folder folder;
  const Ended ended = run_with_toys({"fuzz", "--subject", "moody", "--oracle", "interp", "--runs", "10000", "--allow-uncompared", "--json", "--out", folder / "out"});
  INFO(ended.out << ended.err);
  CHECK(ended.exit == 1);
  const Json s = Json::parse(ended.out);
  CHECK(s.at("machines").at("interp").at("flaky") > 0);
  bool told = false;
  for (const Json& one : s.at("findings"))
    if (one.at("replays") == false) {
      told = true;
      CHECK(one.at("signature").get<std::string>().starts_with("moody/flaky/"));
      CHECK(read_case(one.at("case").get<std::string>()));
    }
  CHECK(told);
  CHECK(slurp(folder / "out/summary.txt").find("does not replay") != std::string::npos);
}
