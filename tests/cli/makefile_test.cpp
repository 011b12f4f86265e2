// The Makefile installs all packages a target needs before it builds anything.
#include "tests/cli/command.hpp"

#include <cstdio>
#include <set>

using namespace diptych::cli_test;

namespace {

// What make would run, line by line.
std::vector<std::string> commands_of(const std::string& target) {
  std::vector<std::string> lines;
  FILE* const pipe = ::popen(("make -n --no-print-directory -C " DIPTYCH_SOURCE_DIR " " + target).c_str(), "r");
  REQUIRE(pipe);
  char line[4096];
  while (std::fgets(line, sizeof line, pipe)) lines.emplace_back(line);
  CHECK(::pclose(pipe) == 0);
  return lines;
}

// The sets of packages that a line installs.
std::set<std::string> sets_in(const std::string& line) {
  std::istringstream words(line);
  std::set<std::string> sets;
  std::string word;
  words >> word;
  while (words >> word) sets.insert(word);
  return sets;
}

}  // namespace

TEST_CASE("all packages are installed before the build starts") {
  for (const char* target : {"build", "fuzz", "test", "bench", "golden"}) {
    std::set<std::string> before, all;
    bool building = false;
    for (const std::string& line : commands_of(target)) {
      building |= line.starts_with("cmake ");
      if (!line.starts_with("setup/install")) continue;
      for (const std::string& set : sets_in(line)) all.insert(set);
      if (!building) before.merge(sets_in(line));
    }
    INFO(target);
    CHECK(building);
    CHECK_FALSE(before.empty());
    CHECK(before == all);
  }
}
