#include "tests/bench/measure.hpp"

#include "tests/catch.hpp"

#include <csignal>

using namespace diptych;
using bench::measure;

TEST_CASE("a run tells what was said, and how it ended") {
  const auto run = measure({"sh", "-c", "echo said; echo warned >&2; exit 3"}, 60);
  REQUIRE(run);
  CHECK(run->out == "said\n");
  CHECK(run->err == "warned\n");
  CHECK(run->exit == 3);

  const auto killed = measure({"sh", "-c", "kill -ABRT $$"}, 60);
  REQUIRE(killed);
  CHECK(killed->exit == 128 + SIGABRT);
}

TEST_CASE("a run reads nothing, and counts what its children use") {
  const auto run = measure({"sh", "-c", "cat; i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done"}, 60);
  REQUIRE(run);
  CHECK(run->out.empty());
  CHECK(run->cpu > 0);
  CHECK(run->wall > 0);
}

TEST_CASE("a run that cannot be used is an error with its reason") {
  const auto absent = measure({"/no/such/program"}, 60);
  REQUIRE(!absent);
  CHECK(absent.error().message == "/no/such/program cannot be started: No such file or directory");

  const auto late = measure({"sleep", "60"}, 0.05);
  REQUIRE(!late);
  CHECK(late.error().message == "sleep 60 took too long");

  const auto endless = measure({"yes"}, 60);
  REQUIRE(!endless);
  CHECK(endless.error().message == "yes wrote more than any program here should");
}
