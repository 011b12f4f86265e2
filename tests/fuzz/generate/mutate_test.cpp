#include "fuzz/generate/mutate.hpp"

#include "engine/guest/instructions.hpp"
#include "fuzz/generate/finish.hpp"
#include "tests/catch.hpp"
#include "tests/fuzz/generate/runs.hpp"

using namespace diptych;
using namespace diptych::fuzz;

namespace {

constexpr ExtensionSet without_bit_manipulation =
    ~(bit(riscv64::Extension::Zba) | bit(riscv64::Extension::Zbb) | bit(riscv64::Extension::Zbs));

void require_fenced(const Block& block) {
  if (!allows(block.program.code_access, Access::write)) return;
  Code code;
  code.read(block.program.code);
  REQUIRE(synchronized(code));
  for (std::size_t i = 0; i < code.size(); ++i) REQUIRE_FALSE(points_at_own_fence(code, i));
}

}  // namespace

TEST_CASE("chains of edits keep blocks sound and most runs ending") {
  Generator generator;
  Random random(1);
  const auto machine = make_interpreter_machine();
  Ends ends;
  for (int i = 0; i < 1000; ++i) {
    Block block = generator.generate(random, {i % 8 == 0 ? Mix::self_modifying : Mix::mixed});
    for (int edits = 0; edits < 10; ++edits) {
      mutate(block, random, generator);
      require_fenced(block);
    }
    run_all(*machine, block, ends);
  }
  CHECK(ends.share(StopKind::end) > 0.80);
  CHECK(ends.share(StopKind::budget) < 0.10);
}

TEST_CASE("an edit changes the block nearly always") {
  Generator generator;
  Random random(2);
  int changed = 0;
  for (int i = 0; i < 1000; ++i) {
    const Block before = generator.generate(random);
    Block after = before;
    mutate(after, random, generator);
    changed += after != before;
  }
  CHECK(changed > 950);
}

TEST_CASE("edits are decided by the dice alone") {
  Generator a, b;
  Random first(3), second(3);
  for (int i = 0; i < 300; ++i) {
    Block one = a.generate(first), other = b.generate(second);
    mutate(one, first, a);
    mutate(other, second, b);
    REQUIRE(one == other);
  }
}

namespace {

constexpr ExtensionSet integers = bit(riscv64::Extension::I) | bit(riscv64::Extension::M);

ExtensionSet used_by(const Block& block) { return extensions_used(Guest::riscv64, block.program.code); }

}  // namespace

TEST_CASE("editing and crossing keep to the generator's extensions, whatever the corpus brought") {
  Generator narrow(Guest::riscv64, {.all = integers, .narrower = {}}), wide;
  Random random(12);
  int strangers = 0;
  for (int i = 0; i < 1000; ++i) {
    Block block = wide.generate(random, {i % 4 == 0 ? Mix::self_modifying : Mix::mixed}), other = wide.generate(random), into;
    cross(block, other, random, narrow.extensions(), into);
    if ((used_by(into) & ~integers) != 0) ++strangers;
    mutate(block, random, narrow);
    mutate(block, random, narrow);
    if ((used_by(block) & ~integers) != 0) ++strangers;
  }
  CHECK(strangers < 20);  // only what a flipped bit made
}

TEST_CASE("crossing leaves both blocks alone and makes a third that mostly runs to its end") {
  Generator generator;
  Random random(4);
  const auto machine = make_interpreter_machine();
  Ends ends;
  int third = 0;
  for (int i = 0; i < 1000; ++i) {
    const Block first = generator.generate(random, {i % 4 == 0 ? Mix::self_modifying : Mix::mixed});
    const Block second = generator.generate(random), first_before = first, second_before = second;
    Block into;
    cross(first, second, random, generator.extensions(), into);
    REQUIRE(first == first_before);
    REQUIRE(second == second_before);
    third += into != first && into != second;
    require_fenced(into);
    run_all(*machine, into, ends);
  }
  CHECK(third > 950);
  CHECK(ends.share(StopKind::end) > 0.80);
  CHECK(ends.share(StopKind::budget) < 0.02);
}

TEST_CASE("crossing brings bit manipulation to no block that has none, where a machine lacks it") {
  Generator generator(Guest::riscv64, {.narrower = {without_bit_manipulation}});
  Random random(6);
  const auto uses = [](const Block& block) {
    Code code;
    code.read(block.program.code);
    return std::ranges::any_of(code.all(), [](const Item& item) { return item.row != no_row && item.shape()->bit_manipulation; });
  };
  int crossed = 0, longer = 0;
  for (int i = 0; i < 2000; ++i) {
    const Block first = generator.generate(random), second = generator.generate(random);
    Block into;
    cross(first, second, random, generator.extensions(), into);
    if (uses(first) || !uses(second)) continue;
    ++crossed;
    longer += into.program.code != first.program.code;
    REQUIRE_FALSE(uses(into));
  }
  CHECK(crossed > 200);
  CHECK(longer > crossed / 2);
}

TEST_CASE("normalize restores what an edit by hand broke") {
  Generator generator;
  Random random(5);
  for (int i = 0; i < 500; ++i) {
    Block block = generator.generate(random);
    block.program.code_access = Access::read | Access::write | Access::execute;
    const bool at_end = ends_page(block.program);
    normalize(block);
    require_fenced(block);
    REQUIRE(check(block.program));
    CHECK(ends_page(block.program) == at_end);
    Block again = block;
    normalize(again);
    CHECK(again == block);
  }
}
