#include "fuzz/session/child_process.hpp"

#include "fuzz/session/shared.hpp"
#include "tests/catch.hpp"

#include <sys/wait.h>

using namespace diptych;
using namespace diptych::fuzz;

namespace {

ChildProcess shell(std::string script) {
  auto child = ChildProcess::start("/bin/sh", {"-c", std::move(script), "sh", "%report"}, {}, "/dev/null");
  REQUIRE(child.has_value());
  return std::move(*child);
}

int status_of(ChildProcess& child, std::vector<std::string>& lines) {
  for (int i = 0; i < 500; ++i) {
    for (std::string& line : child.read_lines(10)) lines.push_back(std::move(line));
    if (const auto status = child.ended()) return *status;
  }
  FAIL("the child did not end");
  return 0;
}

}  // namespace

TEST_CASE("a child's report arrives as whole lines, and its status after it") {
  ChildProcess child = shell("printf 'one\\ntw' >&$1; sleep 0.05; printf 'o\\npart' >&$1; exit 3");
  std::vector<std::string> lines;
  const int status = status_of(child, lines);
  for (std::string& line : child.read_lines(0)) lines.push_back(std::move(line));
  CHECK(lines == std::vector<std::string>{"one", "two"});
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(child.ended() == status);
}

TEST_CASE("a child that is killed says so, and one that cannot be run too") {
  std::vector<std::string> lines;
  ChildProcess child = shell("sleep 60");
  CHECK_FALSE(child.ended());
  child.kill();
  CHECK(WTERMSIG(status_of(child, lines)) == SIGKILL);
  auto missing = ChildProcess::start("/nonexistent/program", {}, {}, "/dev/null");
  REQUIRE(missing.has_value());
  CHECK(WEXITSTATUS(status_of(*missing, lines)) == 127);
}

TEST_CASE("two mappings of one descriptor share what is written") {
  auto first = SharedMapping::create();
  REQUIRE(first.has_value());
  auto second = SharedMapping::open(dup(first->descriptor()));
  REQUIRE(second.has_value());
  (*first)->blocks = 7;
  CHECK((*second)->blocks == 7);
  CHECK_FALSE(SharedMapping::open(-1).has_value());
}
