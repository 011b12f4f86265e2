#include "gdbstub/engine/case_inferior.hpp"

#include "tests/catch.hpp"
#include "tests/gdbstub/sample_case.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("a case that is none is refused with a sentence") {
  Case some = sample_case();
  some.program.code.clear();
  const auto refused = make_case_inferior(some, "baseline");
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().kind == ErrorKind::bad_input);
  REQUIRE(refused.error().message == "there is no code");
  some = sample_case();
  some.input.state.words[riscv64::pc_word] = 1;
  REQUIRE_FALSE(make_case_inferior(some, "baseline"));
}

TEST_CASE("a guest without a debuggee is unsupported") {
  Case some = sample_case();
  some.program.guest = Guest::aarch64;
  const auto refused = make_case_inferior(some, "baseline");
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().kind == ErrorKind::unsupported);
}
