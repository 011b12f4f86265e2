// A machine that is none of ours: narrow, and wrong in four instructions. The command is a build of it that has such a
// machine, see tests/toy.
#include "corpus/expect.hpp"
#include "corpus/files.hpp"
#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace diptych;
using namespace diptych::cli_test;
using Json = nlohmann::json;

namespace {

const std::string with_toys = DIPTYCH_BINARY_DIR "/with-toys/diptych";
const std::set<std::string> wrong = {"bgeu", "lhu", "sltiu", "sraw"};

Ended run_with_toys(std::vector<std::string> arguments) { return run(arguments, {.program = with_toys}); }

struct Session {
  Folder folder;
  Ended ended;
  Json summary;

  explicit Session(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "fuzz");
    arguments.insert(arguments.end(), {"--json", "--out", folder / "out"});
    ended = run_with_toys(arguments);
    INFO(ended.out << ended.err);
    REQUIRE((ended.exit == 0 || ended.exit == 1));
    summary = Json::parse(ended.out);
  }
  std::set<std::string> instructions() const {
    std::set<std::string> all;
    for (const Json& finding : summary.at("findings")) all.insert(finding.at("mnemonic"));
    return all;
  }
};

}  // namespace

TEST_CASE("a narrow reference is compared, and exactly its four wrong instructions are found") {
  const Session session({"--oracle", "toy", "--runs", "30000"});
  INFO(session.ended.out);
  CHECK(session.ended.exit == 1);
  CHECK(session.instructions() == wrong);
  CHECK(session.summary.at("findings").size() == 4);
  for (const Json& finding : session.summary.at("findings")) CHECK(finding.at("references") == Json{"toy"});
  CHECK(session.summary.at("uncompared").empty());
}

TEST_CASE("a machine under test that is wrong is the one that findings are called after, and their cases expect what is right") {
  for (const bool subject : {true, false}) {
    const Session session(subject ? std::vector<std::string>{"--subject", "toy", "--oracle", "unicorn,qemu", "--runs", "30000"}
                                  : std::vector<std::string>{"--oracle", "toy,unicorn,qemu", "--runs", "40000"});
    INFO(session.ended.out);
    CHECK(session.ended.exit == 1);
    CHECK(session.instructions() == wrong);
    REQUIRE(session.summary.at("findings").size() == 4);
    for (const Json& finding : session.summary.at("findings")) {
      INFO(finding.dump(1));
      CHECK(finding.at("signature").get<std::string>().starts_with("toy/"));
      CHECK(finding.at("outvoted") == Json{"toy"});
      CHECK(std::ranges::find(finding.at("references"), Json("toy")) == finding.at("references").end());
      const auto some = read_case(finding.at("case").get<std::string>());
      REQUIRE(some.has_value());
      REQUIRE(some->expect);
      // As a test vector the case passes on the machine that is right, and not on the one that is wrong.
      const std::string path = finding.at("case");
      CHECK(run_with_toys({"replay", path, "--subject", "toy-right", "--oracle", "unicorn"}).exit == 0);
      const Ended failed = run_with_toys({"replay", path, "--subject", "toy", "--oracle", "unicorn"});
      CHECK(failed.exit == 1);
      CHECK(failed.out.find("expected") != std::string::npos);
    }
  }
}

TEST_CASE("a machine with nothing wrong gives no finding on either side") {
  for (const auto& sides : {std::vector<std::string>{"--oracle", "toy-right"}, {"--subject", "toy-right", "--oracle", "unicorn,qemu"}}) {
    std::vector<std::string> arguments = sides;
    arguments.insert(arguments.end(), {"--runs", "30000"});
    const Session session(arguments);
    INFO(session.ended.out);
    CHECK(session.ended.exit == 0);
    CHECK(session.summary.at("findings").empty());
    CHECK(session.summary.at("uncompared").empty());
    CHECK(session.summary.at("missing_quirks").empty());
  }
}

TEST_CASE("rows that no machine was compared on fail the session on its last line, unless that is allowed") {
  const Folder folder;
  const std::vector<std::string> narrow = {"fuzz", "--subject", "interp", "--oracle", "toy-right", "--runs", "3200", "--out", folder / "out"};
  const Ended failed = run_with_toys(narrow);
  INFO(failed.out << failed.err);
  CHECK(failed.exit == 1);
  CHECK(failed.out.find("\nNo unexplained difference") != std::string::npos);
  const std::string last = failed.out.substr(failed.out.rfind('\n', failed.out.size() - 2) + 1);
  CHECK(last.starts_with("Not all was compared: no machine was compared on "));
  CHECK(last.find("--allow-uncompared") != std::string::npos);
  CHECK(slurp(folder / "out/summary.txt").ends_with(last));

  std::vector<std::string> allowed = narrow;
  allowed.push_back("--allow-uncompared");
  CHECK(run_with_toys(allowed).exit == 0);
  allowed.push_back("--json");
  const Json summary = Json::parse(run_with_toys(allowed).out);
  CHECK(summary.at("uncompared").size() == 1);
  CHECK(summary.at("allow_uncompared") == true);
}

TEST_CASE("known quirks are chosen by --quirks, and apply to a machine on either side") {
  const Folder folder;
  const auto fuzz = [&](const std::string& quirks, const std::string& subject, const std::string& oracle) {
    return run({"fuzz", "--quirks", quirks, "--subject", subject, "--oracle", oracle, "--runs", "3200", "--json", "--out", folder / "out",
                "--allow-uncompared"});
  };
  CHECK(fuzz("built-in", "unicorn", "qemu").exit == 0);
  CHECK(fuzz("built-in", "qemu", "unicorn").exit == 0);
  const Ended none = fuzz("none", "interp", "unicorn");
  CHECK(none.exit == 1);
  // Which instructions so short a session meets depends on the build.
  CHECK(Json::parse(none.out).at("findings").size() > 3);
  const std::string own = folder.put("own.json", R"([{"name": "toy-own", "machine": "toy", "guest": "riscv64",
    "instructions": ["sraw"], "differs": ["register"], "reason": "a test", "upstream": "none"}])");
  const Ended with_own = run_with_toys({"fuzz", "--quirks", "built-in," + own, "--oracle", "toy", "--runs", "30000", "--json", "--out", folder / "own"});
  INFO(with_own.out);
  const Json summary = Json::parse(with_own.out);
  CHECK(summary.at("quirks").at("toy-own") > 0);
  CHECK(summary.at("findings").size() == 3);
  require_refused({"fuzz", "--quirks", folder / "missing.json", "--runs", "10", "--out", folder / "out"}, "missing.json");
  require_refused({"replay", edge_cases.string(), "--quirks", folder.put("bad.json", "[")}, "bad.json");
}
