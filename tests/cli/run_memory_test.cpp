// run: memory that has a limit, and what is told where the command itself fails.
#include "tests/cli/program.hpp"

#include <nlohmann/json.hpp>

using namespace diptych::cli_test;

TEST_CASE("a program gets ENOMEM at the limit that --memory sets, and goes on") {
  const Folder folder;
  const Finished finished = Program({command, "run", "--memory", "64M", guest("allocate")}, folder / "").wait();
  CHECK(finished.exit == 0);
  CHECK(finished.out == "ENOMEM after 48 to 64 MiB\n");
  CHECK(finished.err == "diptych: " + guest("allocate") + ": it asks for more than the 64 MiB of memory that it may have, and is told ENOMEM; --memory allows more\n");
}

TEST_CASE("--memory takes a number with a unit, and says so of anything else") {
  const Folder folder;
  for (const char* text : {"0", "12X", "M", "-1", "1MM", "99999999999G"}) {
    INFO(text);
    const Finished finished = Program({command, "run", std::string("--memory=") + text, guest("hello")}, folder / "").wait();
    CHECK(finished.exit == 2);
    CHECK(finished.err.find("--memory") != std::string::npos);
  }
  const Finished small = Program({command, "run", "--memory", "4K", guest("hello")}, folder / "").wait();
  CHECK(small.exit == 2);
  CHECK(small.err.find("memory") != std::string::npos);
}

TEST_CASE("--stats tells how much memory a program had") {
  const Folder folder;
  const Finished finished = Program({command, "run", "--stats", "--json", guest("hello")}, folder / "").wait();
  const nlohmann::json told = nlohmann::json::parse(finished.err.substr(finished.err.find('{')), nullptr, false);
  REQUIRE(!told.is_discarded());
  const auto memory = told["tiers"][0]["memory"].get<std::uint64_t>();
  CHECK(memory > (8 << 20));
  CHECK(memory < (64 << 20));
}

TEST_CASE("a failure of the command itself does not look like the program's end") {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return;
#endif
#endif
  const Folder folder;
  Program program({command, "run", guest("waits"), "pause"}, folder / "");
  REQUIRE(within(std::chrono::seconds(30), [&] { return program.out_so_far() == "waits\n"; }));
  program.signal_with(SIGSEGV);
  const Finished finished = program.wait(std::chrono::seconds(30));
  CHECK(finished.exit == 2);
  CHECK(!finished.by_signal);
  CHECK(finished.err == "diptych: internal error: this command, not the program it runs, was ended by SIGSEGV; please report it\n");
}
