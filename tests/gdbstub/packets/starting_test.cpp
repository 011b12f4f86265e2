#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("a program is run again with other arguments and another environment") {
  ScriptedConversation with;
  with.ask("!");
  REQUIRE(with.ask("QEnvironmentHexEncoded:" + with.text("A=1=2")) == "OK");
  REQUIRE(with.ask("QEnvironmentHexEncoded:" + with.text("B=")) == "OK");
  REQUIRE(with.ask("QEnvironmentUnset:" + with.text("HOME")) == "OK");
  REQUIRE(with.ask("QEnvironmentHexEncoded:" + with.text("A=3")) == "OK");
  REQUIRE(with.ask("vRun;" + with.text("/bin/sample") + ";" + with.text("one") + ";;" + with.text("three")).starts_with("T05"));
  const Launch launch = with.target.launched.back();
  REQUIRE(launch.arguments == std::vector<std::string>{"one", "", "three"});
  REQUIRE(launch.environment ==
          std::vector<std::pair<std::string, std::optional<std::string>>>{{"B", ""}, {"HOME", std::nullopt}, {"A", "3"}});
  // Emptied.
  REQUIRE(with.ask("vRun;").starts_with("T05"));
  REQUIRE(with.target.launched.back().arguments == std::vector<std::string>());
  REQUIRE(with.ask("QEnvironmentReset") == "OK");
  REQUIRE(with.ask("R00") == "(none)");
  REQUIRE(with.target.launched.back().environment.empty());
}

TEST_CASE("a program keeps the arguments it was given where the debugger knows of none") {
  ScriptedConversation with;
  REQUIRE(with.ask("vRun;").starts_with("T05"));
  REQUIRE_FALSE(with.target.launched.back().arguments);
}

TEST_CASE("what cannot be run is a sentence") {
  ScriptedConversation with;
  with.target.restart_error = "the file is gone";
  REQUIRE(with.ask("vRun;") == "E.the file is gone");
  for (const char* bad : {"vRun;6", "vRun;00", "vRun:", "QEnvironmentHexEncoded:3d31", "QEnvironmentHexEncoded:41",
                          "QEnvironmentHexEncoded", "QEnvironmentUnset:", "QEnvironmentUnset:4g", "QEnvironmentReset:1"})
    REQUIRE(with.ask(bad) == "E16");
}

TEST_CASE("an environment has an end") {
  ScriptedConversation with;
  std::string last;
  for (int i = 0; i < 2000; ++i)
    last = with.ask("QEnvironmentHexEncoded:" + with.text("N" + std::to_string(i) + "=1"));
  REQUIRE(last == "E26");
  REQUIRE(with.ask("QEnvironmentHexEncoded:" + with.text("N1=2")) == "OK");
}

TEST_CASE("choices that make no difference are agreed to") {
  ScriptedConversation with;
  for (const char* packet : {"QDisableRandomization:1", "QDisableRandomization:0", "QStartupWithShell:1"})
    REQUIRE(with.ask(packet) == "OK");
  REQUIRE(with.ask("QDisableRandomization:2") == "E16");
  REQUIRE(with.ask("QDisableRandomization") == "E16");
}
