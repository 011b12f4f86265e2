#include "oracle/comparison/explain.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"
#include "tests/oracle/comparison/planted_fault.hpp"

using namespace diptych;

namespace {

Case counter_read() {
  return parse_case("case 1\nguest riscv64\nwhy reads a counter\ncode 0x10000\n  00158593\n  c0002573\nbudget 20\n", "c.case").value();
}

Explanation explained(const Case& some, Fault fault) {
  const auto subject = make_interpreter_machine();
  FaultyMachine reference("faulty", "csrrs", std::move(fault));
  Explainer explainer;
  auto explanation = explainer.explain(some, *subject, reference);
  REQUIRE(explanation.has_value());
  return std::move(*explanation);
}

constexpr std::size_t a0 = 10, a1 = 11;

}  // namespace

TEST_CASE("another value of a counter is open") {
  const Explanation e = explained(counter_read(), [](GuestState& after, const riscv64::Decoded&) { after.words[a0] = 999; });
  CHECK(e.verdict == Verdict::open);
  CHECK(e.mask.words[a0]);
  CHECK_FALSE(e.mask.words[a1]);
}

TEST_CASE("what is open hides no other difference") {
  const Explanation e = explained(counter_read(), [](GuestState& after, const riscv64::Decoded&) {
    after.words[a0] = 999;
    after.words[a1] ^= 1;
  });
  CHECK(e.verdict == Verdict::unexplained);
  CHECK(e.signature.instruction == "csrrs");
}
