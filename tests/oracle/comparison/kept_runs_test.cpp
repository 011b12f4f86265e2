// Outcomes that outlive the machine's next run, their memory with them.
#include "oracle/comparison/kept_runs.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "oracle/comparison/compare.hpp"
#include "tests/oracle/comparison/stored_words.hpp"

using namespace diptych;

TEST_CASE("kept outcomes are as they were, in whatever order they are shown") {
  const Case some = block_that_stores();
  const std::vector<Input> inputs = inputs_that_store(some, 6);
  for (const bool says_lines : {true, false}) {
    const auto machine = make_interpreter_machine();
    REQUIRE(machine->prepare(some.program));
    REQUIRE(machine->begin(inputs, some.budget));
    KeptRuns kept;
    std::vector<KeptOutcome> whole;
    // The storage of a program is that of the next.
    for (int round = 0; round < 2; ++round) {
      kept.take_up(some.program);
      whole.clear();
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        Outcome outcome = **machine->outcome(i, Precision::fast);
        if (!says_lines)
          for (MemoryView& view : outcome.memory) view.changed = {};
        kept.keep(outcome);
        whole.emplace_back(outcome);
      }
      for (const std::size_t i : {5u, 0u, 3u, 3u, 4u, 1u, 2u}) {
        CHECK(kept.agrees(Guest::riscv64, i, *whole[i]));
        CHECK_FALSE(kept.agrees(Guest::riscv64, i, *whole[(i + 1) % 6]));
        const Outcome& shown = kept.show(i);
        CHECK(agree(Guest::riscv64, shown, *whole[i]));
        CHECK_FALSE(agree(Guest::riscv64, shown, *whole[(i + 1) % 6]));
        REQUIRE(shown.memory.size() == whole[i]->memory.size());
        for (std::size_t view = 0; view < shown.memory.size(); ++view)
          CHECK(std::ranges::equal(shown.memory[view].bytes, whole[i]->memory[view].bytes));
      }
    }
  }
}

TEST_CASE("a kept outcome is held against the lines that another run changed") {
  const Case some = block_that_stores();
  const std::vector<Input> inputs = inputs_that_store(some, 3);
  const auto machine = make_interpreter_machine(), other = make_interpreter_machine();
  for (Machine* one : {machine.get(), other.get()}) {
    REQUIRE(one->prepare(some.program));
    REQUIRE(one->begin(inputs, some.budget));
  }
  KeptRuns kept;
  kept.take_up(some.program);
  for (std::size_t i = 0; i < inputs.size(); ++i) kept.keep(**machine->outcome(i, Precision::fast));
  const Outcome right = **other->outcome(1, Precision::fast);
  REQUIRE_FALSE(right.memory[0].changed.empty());
  CHECK(kept.agrees(Guest::riscv64, 1, right));

  // Another byte in a line that both changed, a line more, and a line less.
  std::vector<u8> bytes(right.memory[0].bytes.begin(), right.memory[0].bytes.end());
  std::vector<u64> changed(right.memory[0].changed.begin(), right.memory[0].changed.end());
  Outcome wrong = right;
  wrong.memory[0].bytes = bytes;
  wrong.memory[0].changed = changed;
  CHECK(kept.agrees(Guest::riscv64, 1, wrong));
  bytes[0x2b8 + 7] ^= 0x80;
  CHECK_FALSE(kept.agrees(Guest::riscv64, 1, wrong));
  bytes[0x2b8 + 7] ^= 0x80;
  bytes[0x1fff] ^= 1;
  changed[1] |= u64{1} << 63;
  CHECK_FALSE(kept.agrees(Guest::riscv64, 1, wrong));
  bytes[0x1fff] ^= 1;
  std::ranges::fill(bytes, u8{0});
  std::ranges::fill(changed, u64{0});
  CHECK_FALSE(kept.agrees(Guest::riscv64, 1, wrong));

  for (const auto change : {+[](Outcome& o) { ++o.state.words[riscv64::fcsr_word]; }, +[](Outcome& o) { ++*o.retired; },
                            +[](Outcome& o) { o.stop.kind = StopKind::illegal; }}) {
    Outcome one = right;
    change(one);
    CHECK_FALSE(kept.agrees(Guest::riscv64, 1, one));
  }
}
