// replay and minimize.
#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

using namespace diptych::cli_test;
using Json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

const std::string wrong = R"(case 1
guest riscv64
why   one and one are not three

code 0x10000
  00108093  addi x1, x1, 1
registers
  ra  0x0000000000000001
budget 10

expect
  ra  0x0000000000000003
)";

}  // namespace

TEST_CASE("replay of good cases agrees") {
  const Ended ended = run({"replay", edge_cases.string(), "--json"});
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  const Json all = Json::parse(ended.out);
  REQUIRE(all.size() >= 100);
  for (const Json& one : all) {
    INFO(one.dump());
    CHECK(one.at("verdict") == "agrees");
    CHECK(one.at("differences").empty());
    CHECK(one.at("unmet").empty());
    CHECK(fs::exists(one.at("case").get<std::string>()));
    REQUIRE(one.at("machines").size() >= 4);
    CHECK(one.at("machines")[0].at("machine") == "interp");
    CHECK(one.at("machines")[1].at("machine") == "ir");
    CHECK(one.at("machines")[0].contains("stop"));
  }
}

TEST_CASE("replay checks what a case expects") {
  const Folder folder;
  const std::string path = folder.put("wrong.case", wrong);
  const Ended ended = run({"replay", path, "--json"});
  CHECK(ended.exit == 1);
  const Json one = Json::parse(ended.out).at(0);
  CHECK(one.at("verdict") == "diverges");
  REQUIRE(one.at("unmet").size() == 1);
  CHECK(one.at("unmet")[0] == "ra is 0x2 where 0x3 is expected");
  const Ended plain = run({"replay", path});
  CHECK(plain.exit == 1);
  CHECK(plain.out.find("addi ra, ra, 1") != std::string::npos);
}

TEST_CASE("replay asks all stages in their order, however they are named") {
  const std::string good = (edge_cases / "auipc.case").string();
  auto machines = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"replay", good, "--json"});
    const Ended ended = run(options);
    INFO(ended.err);
    REQUIRE(ended.exit == 0);
    const Json one = Json::parse(ended.out).at(0);
    CHECK(one.at("stage").is_null());
    CHECK(one.at("stages").empty());
    std::vector<std::string> names;
    for (const Json& machine : one.at("machines")) names.push_back(machine.at("machine"));
    return names;
  };
  CHECK(machines({"--subject", "ir,interp", "--oracle", "qemu"}) == std::vector<std::string>{"interp", "ir", "qemu"});
  const std::vector<std::string> all = machines({"--subject", "all", "--oracle", "all"});
  CHECK(std::size_t(std::ranges::count(all, "ir")) == 1);
  CHECK(all.front() == "interp");
  CHECK(all.back() == "qemu");
}

TEST_CASE("minimize refuses a stage it was not given") {
  const Folder folder;
  require_refused({"minimize", folder.put("wrong.case", wrong), "--stage", "baseline", "--subject", "interp"}, "--stage baseline");
}

TEST_CASE("files that are no cases are refused in one sentence") {
  const Folder folder;
  std::string junk;
  for (int i = 0; i < 500; ++i) junk += char(i * 151 + i / 7);
  fs::create_directories(folder / "empty");
  std::vector<std::string> paths = {folder / "missing.case", folder.put("junk.case", junk), folder.put("void.case", ""),
                                    "/dev/null", folder.put("guest.case", "case 1\nguest z80\n")};
  for (std::size_t size : {5u, 20u, 70u, 90u, 130u})
    paths.push_back(folder.put("cut" + std::to_string(size) + ".case", std::string_view(wrong).substr(0, size)));
  for (const std::string& path : paths)
    for (const char* verb : {"replay", "minimize", "gdb"}) require_refused({verb, path});
  require_refused({"replay", folder / "empty"}, "holds no cases");
  require_refused({"minimize", folder / "empty"});
  const std::string good = (edge_cases / "auipc.case").string();
}

TEST_CASE("a case that cannot be read or run does not keep the others from being replayed") {
  const Folder folder;
  const std::string good = (edge_cases / "auipc.case").string();
  const std::string junk = folder.put("junk.case", "junk\n");
  const std::string other = folder.put("other.case", "case 1\nguest aarch64\ncode 0x10000\n  d503201f\nbudget 1\n");
  const Ended unreadable = run({"replay", junk, other, good});
  CHECK(unreadable.exit == 2);
  CHECK(unreadable.out == "3 cases, no divergence, 2 could not be replayed\n");
  CHECK(unreadable.err.find("junk.case:1:1") != std::string::npos);
  CHECK(unreadable.err.find("other.case: aarch64 cases are not supported yet; supported guests: riscv64\n") != std::string::npos);
  const Ended diverging = run({"replay", junk, folder.put("wrong.case", wrong), "--json"});
  CHECK(diverging.exit == 1);
  const Json all = Json::parse(diverging.out);
  REQUIRE(all.size() == 2);
  CHECK(all[0].at("verdict") == "failed");
  CHECK(all[0].at("case") == junk);
  CHECK(all[1].at("verdict") == "diverges");
  for (const char* verb : {"replay", "minimize"})
    require_refused({verb, other}, "aarch64 cases are not supported yet; supported guests: riscv64");
}

TEST_CASE("a file that may not be read is refused") {
  if (::geteuid() == 0) return;  // permissions do not bind root
  const Folder folder;
  const std::string path = folder.put("secret.case", wrong);
  fs::permissions(path, fs::perms::none);
  require_refused({"replay", path}, "secret.case");
}

TEST_CASE("a machine that ends its process takes one case with it") {
  const Folder folder;
  const std::string endless = folder.put("endless.case", "case 1\nguest riscv64\ncode 0x10000\n  0000006f  j 0\nbudget 18446744073709551615\n");
  Running session({"replay", endless, (edge_cases / "auipc.case").string(), "--subject", "interp", "--oracle", "unicorn", "--json"});
  std::vector<pid_t> children;
  REQUIRE(within(20s, [&] { return !(children = children_of(session.pid())).empty(); }));
  REQUIRE(::kill(children.front(), SIGKILL) == 0);
  const Ended ended = session.wait();
  INFO(ended.out << ended.err);
  CHECK(ended.exit == 1);
  const Json all = Json::parse(ended.out);
  REQUIRE(all.size() == 2);
  CHECK(all[0].at("verdict") == "lost");
  CHECK(all[0].at("how") == "was ended by signal 9 (Killed)");
  CHECK(all[1].at("verdict") == "agrees");
}

TEST_CASE("a case without end is ended, and the machine named") {
  const Folder folder;
  const std::string endless = folder.put("endless.case", R"(case 1
guest riscv64
code 0x10000
  0000006f  j 0
budget 18446744073709551615
)");
  const std::string good = folder.put("good.case", slurp(edge_cases / "auipc.case"));
  for (const char* subject : {"interp", "ir", "baseline"}) {
    const std::vector<std::string> options = {"--subject", subject, "--oracle", "unicorn", "--time-limit", "0.5"};
    auto with = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.end(), options.begin(), options.end());
      return run(arguments);
    };
    const std::string said = std::string(subject) + " did not end within 0.5 s";
    const Ended replayed = with({"replay", endless});
    INFO(replayed.out << replayed.err);
    CHECK(replayed.exit == 1);
    CHECK(replayed.out.find(endless + ": " + said) != std::string::npos);
    const Ended minimized = with({"minimize", endless, "--out", folder / "out"});
    INFO(minimized.out << minimized.err);
    CHECK(minimized.exit == 1);
    CHECK(minimized.out.find(said) != std::string::npos);
    // The others of a list are replayed all the same.
    const Json all = Json::parse(with({"replay", endless, good, "--json"}).out);
    REQUIRE(all.size() == 2);
    CHECK(all[0].at("verdict") == "lost");
    CHECK(all[0].at("machine") == subject);
    CHECK(all[1].at("verdict") == "agrees");
  }
  for (const char* limit : {"0", "-1", "nan", "soon"})
    for (const char* verb : {"replay", "minimize"}) require_refused({verb, good, "--time-limit", limit}, "time-limit");
}

TEST_CASE("minimize has nothing to do where machines agree") {
  const Folder folder;
  const std::string path = (edge_cases / "auipc.case").string();
  const Ended ended = run({"minimize", path, "--out", folder / "out"});
  CHECK(ended.exit == 0);
  CHECK(ended.out.find("nothing to minimize") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "out"));
  const Ended json = run({"minimize", path, "--json"});
  CHECK(json.exit == 0);
  CHECK(Json::parse(json.out).at("verdict") == "agrees");
}

TEST_CASE("minimize tells a case whose expectation does not hold") {
  const Folder folder;
  const std::string path = folder.put("wrong.case", wrong);
  const Ended ended = run({"minimize", path, "--out", folder / "out"});
  CHECK(ended.exit == 1);
  CHECK(ended.out.find("interp: ra is 0x2 where 0x3 is expected") != std::string::npos);
  const Ended json = run({"minimize", path, "--json"});
  CHECK(json.exit == 1);
  CHECK(Json::parse(json.out).at("verdict") == "unmet");
}
