#include "engine/machine/error.hpp"

#include "tests/catch.hpp"

using namespace diptych;

TEST_CASE("an error gathers what was being done, and keeps its kind") {
  Result<int> failed = fail(ErrorKind::environment, "no such file");
  REQUIRE(!failed);
  const Error error = std::move(failed).error().in("reading a.case").in("replaying");
  CHECK(error.message == "replaying: reading a.case: no such file");
  CHECK(error.kind == ErrorKind::environment);
}
