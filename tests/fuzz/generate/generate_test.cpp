#include "fuzz/generate/generate.hpp"

#include "engine/guest/instructions.hpp"
#include "fuzz/generate/finish.hpp"
#include "fuzz/generate/placement.hpp"
#include "tests/catch.hpp"
#include "tests/fuzz/generate/runs.hpp"

#include <set>

using namespace diptych;
using namespace diptych::fuzz;

namespace {

std::set<u16> rows_in(const Block& block) {
  Code code;
  code.read(block.program.code);
  std::set<u16> rows;
  for (const Item& item : code.all())
    if (item.row != no_row) rows.insert(item.row);
  return rows;
}

}  // namespace

TEST_CASE("every row comes up early") {
  for (u64 seed : {1u, 2u, 3u}) {
    Generator generator;
    Random random(seed);
    std::set<u16> seen;
    for (int i = 0; i < 300; ++i) seen.merge(rows_in(generator.generate(random)));
    for (const Shape& shape : shapes()) {
      INFO(shape.row->mnemonic());
      CHECK(seen.contains(shape.index));
    }
  }
}

TEST_CASE("the same dice give the same blocks") {
  Generator a, b;
  Random first(5), second(5);
  Block reused;
  for (int i = 0; i < 500; ++i) {
    const Mix mix = mixes[std::size_t(i) % std::size(mixes)].mix;
    b.generate(second, {mix}, reused);
    REQUIRE(a.generate(first, {mix}) == reused);
  }
}

TEST_CASE("most runs reach the end") {
  Generator generator;
  Random random(6);
  const auto machine = make_interpreter_machine();
  Ends ends;
  for (int i = 0; i < 2000; ++i) run_all(*machine, generator.generate(random), ends);
  CHECK(ends.share(StopKind::end) > 0.85);
  CHECK(ends.share(StopKind::budget) < 0.01);
  for (StopKind kind :
       {StopKind::fault, StopKind::illegal, StopKind::breakpoint, StopKind::system_call, StopKind::misaligned})
    CHECK(ends.share(kind) > 0.001);
}

TEST_CASE("blocks that are to fault do so more often than not") {
  Generator generator;
  Random random(7);
  const auto machine = make_interpreter_machine();
  Ends ends;
  for (int i = 0; i < 1000; ++i) run_all(*machine, generator.generate(random, {Mix::faulting}), ends);
  CHECK(ends.share(StopKind::end) < 0.5);
}

TEST_CASE("code that modifies itself does, behind a fence") {
  Generator generator;
  Random random(8);
  const auto machine = make_interpreter_machine();
  int changed = 0;
  for (int i = 0; i < 500; ++i) {
    const Block block = generator.generate(random, {Mix::self_modifying});
    REQUIRE(allows(block.program.code_access, Access::write));
    Code code;
    code.read(block.program.code);
    REQUIRE(synchronized(code));
    REQUIRE(machine->prepare(block.program));
    auto outcome = machine->run(block.base, block.budget, Precision::precise);
    REQUIRE(outcome);
    const std::span<const u8> after = (*outcome)->memory[0].bytes;
    changed += !std::equal(after.begin(), after.end(), block.program.code.begin());
  }
  CHECK(changed > 300);
}

TEST_CASE("a place is stored to between two loads of it") {
  Generator generator(Guest::riscv64);
  Random random(7);
  const auto place = [](const Item& item) {
    const Shape& shape = *item.shape();
    return std::pair(shape.operand(OperandKind::rs1)->number_in(item.word),
                     shape.operand(OperandKind::immediate)->field->extract(item.word));
  };
  int seen = 0;
  for (int i = 0; i < 2000; ++i) {
    const Block block = generator.generate(random, {});
    Code code;
    code.read(block.program.code);
    for (std::size_t n = 2; n < code.size(); ++n) {
      const Shape *load = code[n].shape(), *store = code[n - 1].shape();
      if (!load || !store || load->memory != Memory::load || store->memory != Memory::store) continue;
      if (load->at_stack || store->at_stack || place(code[n]) != place(code[n - 1])) continue;
      for (std::size_t before = n - 2; before != std::size_t(-1) && before + 4 > n; --before) {
        const bool same = code[before].row == code[n].row;
        seen += same && place(code[before]) == place(code[n]);
      }
    }
  }
  CHECK(seen > 50);
}

TEST_CASE("writable code is fenced in a mixture as well, and seldom") {
  Generator generator;
  Random random(9);
  int writable = 0;
  for (int i = 0; i < 4000; ++i) {
    const Block block = generator.generate(random);
    if (!allows(block.program.code_access, Access::write)) continue;
    ++writable;
    Code code;
    code.read(block.program.code);
    REQUIRE(synchronized(code));
  }
  CHECK(writable > 40);
  CHECK(writable < 400);
}

TEST_CASE("only permitted extensions occur, and what a machine lacks keeps to a quarter of the blocks") {
  constexpr ExtensionSet integer = bit(riscv64::Extension::I) | bit(riscv64::Extension::M);
  constexpr ExtensionSet bits = bit(riscv64::Extension::Zba) | bit(riscv64::Extension::Zbb) | bit(riscv64::Extension::Zbs);
  Generator generator(Guest::riscv64, {.narrower = {~bits}}), narrow(Guest::riscv64, {.all = integer, .narrower = {}});
  Random random(10);
  int with_bits = 0, strangers = 0;
  for (int i = 0; i < 2000; ++i) {
    with_bits += (extensions_used(Guest::riscv64, generator.generate(random).program.code) & bits) != 0;
    strangers += (extensions_used(Guest::riscv64, narrow.generate(random, {Mix(1 + i % 3)}).program.code) & ~integer) != 0;
  }
  CHECK(with_bits > 400);
  CHECK(with_bits < 700);
  CHECK(strangers == 0);
}

TEST_CASE("blocks keep to what one of the narrower machines has, three times of four") {
  constexpr ExtensionSet integer = bit(riscv64::Extension::I), multiply = integer | bit(riscv64::Extension::M);
  Generator generator(Guest::riscv64, {.narrower = {integer, multiply}});
  Random random(11);
  int runs_integer = 0, runs_multiply = 0;
  for (int i = 0; i < 2000; ++i) {
    const ExtensionSet used = extensions_used(Guest::riscv64, generator.generate(random).program.code);
    runs_integer += (used & ~integer) == 0;
    runs_multiply += (used & ~multiply) == 0;
  }
  CHECK(runs_integer > 650);
  CHECK(runs_multiply > 1350);
}

TEST_CASE("most code ends a page") {
  Generator generator;
  Random random(11);
  int at_end = 0, straddling = 0;
  for (int i = 0; i < 1000; ++i) {
    const Program program = generator.generate(random).program;
    at_end += ends_page(program);
    straddling += program.code_address < placement.code_end && program.code_end() > placement.code_end;
  }
  CHECK(at_end > 820);
  CHECK(at_end < 930);
  CHECK(straddling > 20);
}
