#include "fuzz/generate/block.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/generate.hpp"
#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::fuzz;

TEST_CASE("inputs depend on the block and their number only") {
  Generator generator;
  Random random(1);
  std::vector<Input> few, many;
  for (int i = 0; i < 100; ++i) {
    const Block block = generator.generate(random);
    inputs_of(block, 5, few);
    inputs_of(block, 16, many);
    REQUIRE(few.size() == 5);
    REQUIRE(many.size() == 16);
    CHECK(few[0] == block.base);
    for (std::size_t n = 0; n < few.size(); ++n) CHECK(few[n] == many[n]);
  }
}

TEST_CASE("inputs differ, keep x0 and the PC, and mostly keep pointers") {
  Generator generator;
  Random random(2);
  std::vector<Input> inputs;
  int moved = 0, kept = 0, resampled = 0, same = 0;
  for (int i = 0; i < 200; ++i) {
    const Block block = generator.generate(random);
    inputs_of(block, 16, inputs);
    for (std::size_t n = 1; n < inputs.size(); ++n) {
      const auto& words = inputs[n].state.words;
      REQUIRE(words[0] == 0);
      REQUIRE(words[riscv64::pc_word] == block.program.code_address);
      REQUIRE(words[riscv64::fcsr_word] <= 0xff);
      for (unsigned r = 1; r < 32; ++r) {
        const bool equal = words[r] == block.base.state.words[r];
        if ((block.pointers >> r & 1) != 0)
          ++(equal ? kept : moved);
        else
          ++(equal ? same : resampled);
      }
    }
  }
  CHECK(moved > (kept + moved) / 10);
  CHECK(moved < (kept + moved) * 3 / 10);
  CHECK(resampled > (same + resampled) / 2);
}
