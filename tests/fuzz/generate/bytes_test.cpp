#include "fuzz/generate/bytes.hpp"

#include "corpus/print.hpp"
#include "fuzz/generate/finish.hpp"
#include "fuzz/generate/mutate.hpp"
#include "fuzz/generate/placement.hpp"
#include "fuzz/generate/seed_cases.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <string>

using namespace diptych;
using namespace diptych::fuzz;

namespace {

void require_sound(const Block& block) {
  const Result<void> program = check(block.program), input = check(block.program, block.base);
  INFO((program ? "" : program.error().message) << (input ? "" : input.error().message));
  REQUIRE(program);
  REQUIRE(input);
  REQUIRE(block.program.code.size() <= largest_code);
  REQUIRE(block.budget.instructions <= largest_budget);
  u64 total = 0;
  for (const Region& region : block.program.memory) total += region.size;
  REQUIRE(total <= largest_memory);
}

}  // namespace

TEST_CASE("blocks survive their encoding") {
  Generator generator;
  Random random(1);
  std::vector<u8> bytes(largest_encoding);
  Block decoded;
  for (int i = 0; i < 5000; ++i) {
    Block block = generator.generate(random, {Mix(i % 3)});
    for (int edits = i % 5; edits > 0; --edits) mutate(block, random, generator);
    const std::size_t size = encode(block, bytes);
    REQUIRE(size != 0);
    REQUIRE(decode({bytes.data(), size}, decoded));
    REQUIRE(decoded == block);
  }
}

TEST_CASE("what does not fit is not encoded") {
  Generator generator;
  Random random(2);
  const Block block = generator.generate(random);
  std::vector<u8> bytes(largest_encoding);
  const std::size_t size = encode(block, bytes);
  CHECK(encode(block, std::span(bytes).first(size)) == size);
  CHECK(encode(block, std::span(bytes).first(size - 1)) == 0);
}

TEST_CASE("any bytes decode to something sound or not at all") {
  Generator generator;
  Random random(3);
  std::vector<u8> bytes(largest_encoding);
  Block block;
  int decoded = 0;
  for (int i = 0; i < 100000; ++i) {
    std::size_t size = random.below(600);
    if (i % 2 == 0) {
      generator.generate(random, {}, block);
      size = encode(block, bytes);
      for (u32 left = 1 + random.below(8); left > 0; --left) bytes[random.below(u32(size))] = u8(random.next());
      if (random.chance(1, 4)) size = random.below(u32(size));
    } else {
      for (std::size_t at = 0; at < size; ++at) bytes[at] = u8(random.next());
      bytes[0] = 0xd1;
      bytes[1] = 1;
    }
    if (!decode({bytes.data(), size}, block)) continue;
    ++decoded;
    require_sound(block);
    if (i % 16 == 0) {
      mutate(block, random, generator);
      require_sound(block);
      normalize(block);
      require_sound(block);
    }
  }
  CHECK(decoded > 80000);
}

TEST_CASE("a case's text becomes its block, and torn texts nothing worse than none") {
  const std::vector<Case> cases = seed_cases();
  Random random(4);
  Block block;
  int with_pointers = 0;
  for (const Case& some : cases) {
    std::string text = print_case(some);
    auto bytes = [&] { return std::span(reinterpret_cast<const u8*>(text.data()), text.size()); };
    REQUIRE(decode(bytes(), block));
    CHECK(block.program == some.program);
    CHECK(block.base == some.input);
    u32 pointers = 0;
    for (unsigned i = 1; i < 32; ++i)
      if (!some.program.memory.empty() && some.input.state.words[i] - placement.data.address < placement.data.size)
        pointers |= u32{1} << i;
    CHECK(block.pointers == pointers);
    with_pointers += pointers != 0;
    for (int i = 0; i < 20; ++i) {
      text[5 + random.below(u32(text.size() - 5))] = char(random.next());
      if (decode(bytes(), block)) require_sound(block);
    }
  }
  CHECK(with_pointers > 40);
}
