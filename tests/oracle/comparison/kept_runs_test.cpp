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
