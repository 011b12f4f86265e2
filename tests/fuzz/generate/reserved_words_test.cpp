#include "fuzz/generate/reserved_words.hpp"

#include "fuzz/generate/generate.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace diptych;
using namespace diptych::fuzz;

namespace {

// Everything is permitted, but for what the set leaves out.
struct Permitting final : RowSource {
  ExtensionSet extensions = ~ExtensionSet{0};
  bool permits(const Shape& shape) const override { return (extensions & bit(shape.row->extension)) != 0; }
  const Shape& plain_row(Random&) override { return shapes().front(); }
};

bool goes_elsewhere(u16 row) {
  if (row == no_row) return false;
  const Flow flow = shapes()[row].flow;
  return flow != Flow::next && flow != Flow::trap;
}

}  // namespace

TEST_CASE("reserved words: all words of 16 bits, and each row with each literal bit flipped") {
  ReservedWords words;
  Random random(1);
  Palette palette;
  palette.choose(random);
  const Permitting source;
  std::set<u32> narrow, off_by_a_bit;
  std::size_t illegal = 0;
  constexpr std::size_t draws = 200'000;
  for (std::size_t i = 0; i < draws; ++i) {
    const u32 word = words.draw(source, palette, random);
    const u16 row = row_of(word);
    REQUIRE_FALSE(goes_elsewhere(row));
    if ((word & 3) != 3) narrow.insert(word & 0xffff);
    illegal += row == no_row;
    if (row != no_row) continue;
    for (unsigned flipped = 2; flipped < ((word & 3) == 3 ? 32u : 16u); ++flipped)
      if (const u16 near = row_of(word ^ u32{1} << flipped); near != no_row) off_by_a_bit.insert(near * 32u + flipped);
  }
  for (u32 word = 0; word < 0x10000; ++word) {
    INFO(word);
    if ((word & 3) != 3 && !goes_elsewhere(row_of(word))) REQUIRE(narrow.contains(word));
  }
  for (const Shape& shape : shapes())
    for (unsigned flipped = 2; flipped < 8u * shape.length; ++flipped) {
      const Encoding& encoding = shape.row->encoding;
      if ((encoding.mask >> flipped & 1) == 0) continue;
      // Where the flip makes no other row, whatever the operands are.
      bool other = false;
      for (const Shape& some : shapes()) {
        const Encoding& theirs = some.row->encoding;
        other = other || (theirs.length == encoding.length &&
                          ((encoding.match ^ u32{1} << flipped ^ theirs.match) & encoding.mask & theirs.mask) == 0);
      }
      INFO(shape.row->mnemonic() << " bit " << flipped);
      if (!other) CHECK(off_by_a_bit.contains(shape.index * 32u + flipped));
    }
  CHECK(illegal > draws / 4);
}

TEST_CASE("reserved words: none of an extension that is left out") {
  ReservedWords words;
  Random random(2);
  Palette palette;
  palette.choose(random);
  Permitting source;
  source.extensions = bit(riscv64::Extension::I);
  for (int i = 0; i < 20'000; ++i) {
    const u16 row = row_of(words.draw(source, palette, random));
    if (row != no_row) REQUIRE(shapes()[row].row->extension == riscv64::Extension::I);
  }
}

TEST_CASE("each input of a block of reserved words reaches another one") {
  Generator generator;
  Random random(3);
  std::size_t different = 0, blocks = 200;
  riscv64::Tracer tracer;
  std::vector<riscv64::Traced> trace;
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < blocks; ++i) {
    const Block block = generator.generate(random, {Mix::reserved});
    inputs_of(block, 32, inputs);
    std::set<u64> ends;
    for (const Input& input : inputs) {
      tracer.trace(block.program, input, block.budget, trace);
      if (!trace.empty()) ends.insert(trace.back().pc);
    }
    different += ends.size();
  }
  CHECK(different > 5 * blocks);
}
