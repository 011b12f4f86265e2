// What holds of every verb.
#include "tests/cli/command.hpp"

using namespace diptych::cli_test;

TEST_CASE("help of every verb shows an example") {
  for (const char* verb : {"fuzz", "replay", "minimize", "gdb", "isa", "machines", "seeds", "translate"}) {
    const Ended ended = run({verb, "--help"});
    INFO(ended.out);
    CHECK(ended.exit == 0);
    CHECK(ended.err.empty());
    CHECK(ended.out.find(std::string("Example:\n  diptych ") + verb) != std::string::npos);
  }
  const Ended all = run({"--help"});
  CHECK(all.exit == 0);
  CHECK(all.out.find("diptych fuzz --guest riscv64") != std::string::npos);
}

TEST_CASE("arguments that cannot be used are refused in one sentence") {
  const Folder folder;
  require_refused({"bogus"}, "\"bogus\"");
  for (const char* verb : {"fuzz", "replay", "minimize", "gdb", "isa", "machines", "seeds", "translate"}) {
    require_refused({verb, "--bogus"}, "--bogus");
    require_refused({verb, "one", "two", "three", "--bogus=\n"});
  }
  for (const char* verb : {"replay", "minimize", "gdb", "isa", "translate"}) require_refused({verb}, "required");
  require_refused({"isa", "z80"}, "\"z80\"");
  require_refused({"isa", "aarch64"}, "aarch64");
  require_refused({"fuzz", "--guest", "z80"}, "\"z80\"");
  require_refused({"fuzz", "--oracle", "nosuch"}, "\"nosuch\"");
  require_refused({"fuzz", "--oracle", ""}, "no machine \"\"");
  require_refused({"fuzz", "--subject", ",interp"}, "no machine \"\"");
  require_refused({"fuzz", "--mix", "sweet"}, "\"sweet\"");
  const std::string good = (edge_cases / "auipc.case").string();
  require_refused({"replay", good, "--oracle", "nosuch"}, "\"nosuch\"");
  require_refused({"minimize", good, "--subject", "nosuch"}, "\"nosuch\"");
}

TEST_CASE("numbers that make no sense are refused") {
  for (const char* runs : {"-5", "0", "abc", "1e6", "99999999999999999999", ""}) require_refused({"fuzz", "--runs", runs});
  for (const char* seconds : {"nan", "inf", "-1", "0", "soon"}) require_refused({"fuzz", "--seconds", seconds});
}
