// Standard output or standard error that cannot be written.
#include "tests/cli/command.hpp"

using namespace diptych::cli_test;

namespace {

const std::string good = (edge_cases / "auipc.case").string();

}  // namespace

TEST_CASE("output that is lost is exit 2, said on standard error") {
  const Folder folder;
  const std::vector<std::vector<std::string>> all = {
      {"--help"}, {"--version"}, {"isa", "riscv64"}, {"isa", "--help"}, {"machines"}, {"translate", "80b5262f"},
      {"replay", good, "--oracle", "unicorn"}, {"replay", good, "--json", "--oracle", "unicorn"},
      {"minimize", good, "--oracle", "unicorn"}, {"seeds", "--out", folder / "seeds"},
      {"fuzz", "--runs", "100", "--oracle", "unicorn", "--out", folder / "out"}};
  for (const auto& arguments : all) {
    INFO(arguments.front());
    const Ended full = run(arguments, {.out = "/dev/full"});
    CHECK(full.exit == 2);
    CHECK(full.err == "diptych: standard output cannot be written: No space left on device\n");
    const Ended closed = run(arguments, {.out = "-"});
    CHECK(closed.exit == 2);
    CHECK(closed.err == "diptych: standard output cannot be written: Bad file descriptor\n");
  }
}

TEST_CASE("an error that cannot be written is exit 2, and no abort") {
  for (const char* nowhere : {"/dev/full", "-"}) {
    CHECK(run({"bogus"}, {.err = nowhere}).exit == 2);
    CHECK(run({"isa"}, {.err = nowhere}).exit == 2);
    CHECK(run({"isa", "z80"}, {.err = nowhere}).exit == 2);
    CHECK(run({"gdb", "/nowhere"}, {.err = nowhere}).exit == 2);
    CHECK(run({"isa", "riscv64"}, {.out = nowhere, .err = nowhere}).exit == 2);
    // Nothing goes to standard error here, so nothing is lost.
    CHECK(run({"isa", "riscv64"}, {.err = nowhere}).exit == 0);
  }
}

TEST_CASE("what a program's run is asked to print is lost with exit 2") {
  const std::string hello = DIPTYCH_LINUX_GUESTS "/hello";
  CHECK(run({"run", hello}, {.err = "/dev/full"}).exit == 0);
  CHECK(run({"run", "--stats", hello}, {.err = "/dev/full"}).exit == 2);
  CHECK(run({"run", "--strace", hello}, {.err = "/dev/full"}).exit == 2);
}

TEST_CASE("progress that cannot be shown does not end a session") {
  const Folder folder;
  for (const char* nowhere : {"/dev/full", "-"}) {
    const Ended ended = run({"fuzz", "--runs", "1000", "--oracle", "unicorn", "--json", "--out", folder / "out"}, {.err = nowhere});
    CHECK(ended.exit == 0);
    CHECK(ended.out.find("\"runs\"") != std::string::npos);
  }
}

TEST_CASE("no file takes the place of a standard descriptor that is closed") {
  const Folder folder;
  const std::string text = slurp(good);
  const std::string path = folder.put("copy.case", text);
  CHECK(run({"replay", path, folder / "missing.case"}, {.out = "-", .err = "-"}).exit == 2);
  CHECK(slurp(path) == text);
}
