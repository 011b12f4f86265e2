// translate.
#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

using namespace diptych::cli_test;
using Json = nlohmann::json;

namespace {

// addi a0, a0, 4; bne a0, a1, -4
const std::vector<std::string> loop = {"00450513", "feb51ee3"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("translate shows every step of a block") {
  const Ended ended = run(with({"translate", "--guest", "riscv64"}, loop));
  REQUIRE(ended.exit == 0);
  INFO(ended.out);
  for (const char* part : {"block 0x10000", "block 0x10008", "guest code", "addi a0, a0, 4", "IR as lifted", "IR after forward", "IR after fold",
                           "IR after common", "IR after checks", "IR after dead", ": unchanged", "host code", "[a0]", "sub left, 2", "budget:"})
    CHECK(has(ended.out, part) == (std::string_view(part) != "block 0x10008"));
}

TEST_CASE("words, bytes and a case are the same code") {
  const Folder folder;
  const std::string file = folder.put("loop.case", "case 1\nguest riscv64\ncode 0x10000\n  00450513    addi\n  feb51ee3    bne\nbudget 4\n");
  const Ended words = run({"translate", "00450513 feb51ee3"});
  REQUIRE(words.exit == 0);
  CHECK(run({"translate", "13", "05", "45", "00", "e3", "1e", "b5", "fe"}).out == words.out);
  CHECK(run({"translate", "0x00450513,0xfeb51ee3"}).out == words.out);
  CHECK(run({"translate", file}).out == words.out);
  CHECK(run({"translate", "--json", file}).out == run({"translate", "--json", "00450513", "feb51ee3"}).out);
}

TEST_CASE("a case is translated from its PC, for its rounding mode") {
  const Folder folder;
  const std::string file = folder.put("add.case",
                                      "case 1\nguest riscv64\ncode 0x10000\n  0001        c.nop\n  02107053    fadd.d\nregisters\n  pc 0x10002\n"
                                      "  fcsr 0x20\nbudget 4\n");
  const Json blocks = Json::parse(run({"translate", "--json", file}).out).at("blocks");
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].at("address") == 0x10002);
  CHECK(blocks[0].at("rounding") == 1);
  CHECK(blocks[0].at("uses_rounding") == true);
  CHECK(Json::parse(run({"translate", "--json", "--rounding", "rup", file}).out).at("blocks")[0].at("rounding") == 3);
}

TEST_CASE("as JSON, host bytes belong to guest instructions") {
  const Json told = Json::parse(run(with({"translate", "--json", "--address", "0x4000"}, loop)).out);
  CHECK(told.at("stage") == "baseline");
  const Json& block = told.at("blocks").at(0);
  CHECK(block.at("guest").at(1).at("word") == "feb51ee3");
  CHECK(block.at("guest").at(1).at("address") == 0x4004);
  CHECK(block.at("passes").size() == 5);
  std::size_t bytes = 0, of_branch = 0;
  for (const Json& part : block.at("host").at("parts"))
    for (const Json& instruction : part.at("instructions")) {
      CHECK(instruction.at("offset") == bytes);
      bytes += instruction.at("bytes").get<std::string>().size() / 2;
      of_branch += part.at("guest") == 0x4004;
    }
  CHECK(bytes == block.at("host").at("size"));
  CHECK(of_branch > 2);
}

TEST_CASE("stages of the compiler are shown apart") {
  const Ended emitted = run(with({"translate", "--stage", "jit:emit"}, loop)), baseline = run(with({"translate"}, loop));
  REQUIRE(emitted.exit == 0);
  CHECK(emitted.out != baseline.out);
}

TEST_CASE("translate refuses what is no code") {
  require_refused({"translate", "xyz"}, "neither a case file nor code");
  require_refused({"translate", "123"}, "neither a case file nor code");
  require_refused({"translate", ""}, "neither a case file nor code");
  require_refused({"translate", "13"}, "no whole instruction");
  require_refused({"translate", "--guest", "z80", "0001"}, "\"z80\"");
  require_refused({"translate", "--address", "0x10001", "0001"}, "\"0x10001\"");
  require_refused({"translate", "--address", "0xfffffffffffffffe", "00450513"}, "last address");
  require_refused({"translate", "--rounding", "up", "0001"}, "\"up\"");
  require_refused({"translate", "--stage", "interp", "0001"}, "\"interp\"");
}
