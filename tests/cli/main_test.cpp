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
  for (const char* verb : {"replay", "minimize", "gdb", "isa", "translate"}) require_refused({verb}, std::string("usage: diptych ") + verb);
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

TEST_CASE("help of a verb has a usage line that names what is given by its place") {
  const std::vector<std::pair<std::string, std::string>> usages = {
      {"run", "[--] PROGRAM [ARGUMENT...]"}, {"fuzz", ""}, {"replay", "CASE|DIRECTORY..."}, {"minimize", "CASE"},
      {"gdb", "CASE|PROGRAM [-- ARGUMENT...]"}, {"isa", "GUEST"}, {"translate", "CASE|CODE..."}, {"machines", ""}, {"seeds", ""}};
  for (const auto& [verb, arguments] : usages) {
    const Ended help = run({"help", verb});
    INFO(help.out);
    CHECK(help.exit == 0);
    CHECK(help.out.find("\nusage: diptych " + verb + " [OPTION...]" + (arguments.empty() ? "" : " ") + arguments + "\n") != std::string::npos);
    CHECK(help.out == run({verb, "--help"}).out);
  }
  CHECK(run({"replay", "--help"}).out.find("--case") == std::string::npos);
  require_refused({"replay"}, "CASE|DIRECTORY... is required");
  require_refused({"help", "bogus"}, "\"bogus\"");
  CHECK(run({"fuzz", "--help"}).out.find("default 60") != std::string::npos);
}

TEST_CASE("what was mistyped is recognized") {
  require_refused({"fuz"}, "did you mean fuzz?");
  require_refused({"help", "repaly"}, "did you mean replay?");
  require_refused({"fuzz", "--sede", "1"}, "did you mean --seed?");
  require_refused({"replay", "--orcale=qemu"}, "did you mean --oracle?");
  require_refused({"fuzz", "--oracle", "unicron"}, "did you mean unicorn?");
  require_refused({"replay", (edge_cases / "auipc.case").string(), "--subject", "interp,ir:flod"}, "did you mean ir:fold?");
  require_refused({"run", "--tier", "basline", "/bin/true"}, "did you mean baseline?");
  CHECK(run({"bogus"}).err.find("did you mean") == std::string::npos);
}

TEST_CASE("the version names every reference with its own") {
  const Ended version = run({"--version"});
  INFO(version.out << version.err);
  CHECK(version.exit == 0);
  CHECK(version.out.starts_with("diptych 0."));
  for (const char* reference : {"\nunicorn 2.", "\nqemu "}) CHECK(version.out.find(reference) != std::string::npos);
  CHECK(run({"-V"}).out == version.out);
}

TEST_CASE("without a verb there is help, on standard error, and exit 2") {
  const Ended ended = run({});
  CHECK(ended.exit == 2);
  CHECK(ended.out.empty());
  CHECK(ended.err == run({"--help"}).out);
}

TEST_CASE("numbers that make no sense are refused") {
  for (const char* runs : {"-5", "0", "abc", "1e6", "99999999999999999999", ""}) require_refused({"fuzz", "--runs", runs});
  for (const char* seconds : {"nan", "inf", "-1", "0", "soon"}) require_refused({"fuzz", "--seconds", seconds});
}
