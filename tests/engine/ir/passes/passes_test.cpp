// What the passes keep: whatever they are given, the block stays well formed and does the same.
#include "engine/ir/passes/passes.hpp"

#include "engine/ir/evaluate.hpp"
#include "engine/ir/text.hpp"
#include "engine/ir/verify.hpp"
#include "tests/catch.hpp"
#include "tests/engine/ir/samples.hpp"

#include <map>

namespace diptych::ir {
namespace {

constexpr std::size_t program_counter = riscv64::pc_word;
constexpr Access read_write = Access::read | Access::write;

// Two pages of data beside one that only reads and one of code that can be written.
struct Memory {
  std::vector<u8> bytes = std::vector<u8>(0x4000);

  void bind(Hart& hart) {
    const Area areas[] = {{0x20000, 0x1000, read_write, bytes.data()},
                          {0x21000, 0x1000, Access::read, bytes.data() + 0x1000},
                          {0x10000, 0x1000, read_write | Access::execute, bytes.data() + 0x2000},
                          {0x30000, 0x1000, read_write, bytes.data() + 0x3000}};
    hart.memory.bind(areas);
  }
};

struct Answer {
  bool goes_on = false;
  GuestState state;
  Stop stop;
  u64 retired = 0;
  bool code_written = false;
  std::vector<u8> memory;

  bool operator==(const Answer&) const = default;
};

Answer answer_of(const Block& block, const GuestState& state, const Memory& initial) {
  Memory memory = initial;
  Hart hart;
  memory.bind(hart);
  hart.state = state;
  hart.reservation = Reservation{0x20000, 0};
  Evaluator evaluator(program_counter);
  Answer answer;
  answer.goes_on = evaluator.run(block, hart, block.guest.size());
  answer.state = hart.state;
  if (!answer.goes_on) answer.stop = hart.stop;
  answer.retired = hart.retired;
  answer.code_written = hart.code_written.has_value();
  answer.memory = memory.bytes;
  return answer;
}

u64 sample(std::mt19937_64& random) {
  constexpr u64 edges[] = {0, 1, 2, ~u64{0}, 0x80000000, 0x7fffffff, u64{1} << 63, ~u64{0} >> 1, 0x20000, 0x20ff8, 0x21000,
                           0x30000, 0x30ffd, 0x10000, 0x10800, 0xffffffff7fc00000, 0xffffffff3f800000, 0x3ff0000000000000,
                           0x7ff0000000000001};
  switch (random() % 4) {
    case 0: return edges[random() % std::size(edges)];
    case 1: return 0x20000 + random() % 0xf00;
    case 2: return 0x20000 + (random() % 0xf0) * 16;
    default: return random() >> (random() % 64);
  }
}

// Rows at random, of a few registers, so that instructions have much to do with each other.
Block tangled_block(std::mt19937_64& random, std::size_t count, std::vector<riscv64::Decoded>* instructions = nullptr) {
  Block block;
  riscv64::Lifter lifter(block, 0x10000, u8(random() % 8));
  // No register but these: x0, x8 to x11.
  const auto narrow = [&](u32 word, u32 free, u32 low) {
    const u32 field = u32{31} << low;
    if ((free & field) != field) return word;
    const u32 number = random() % 8 == 0 ? 0 : 8 + u32(random() % 4);
    return (word & ~field) | number << low;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const riscv64::Row& row = riscv64::rows()[random() % riscv64::rows().size()];
    const u32 free = ~row.encoding.mask;
    u32 word = (static_cast<u32>(random()) & free) | row.encoding.match;
    if (row.encoding.length == 4) {
      word = narrow(narrow(narrow(word, free, 7), free, 15), free, 20);
      // Small displacements, so that accesses meet.
      if (row.form.starts_with("l") && random() % 2 && (free >> 20) == 0xfff) word &= 0x00ffffff;
    }
    const riscv64::Decoded decoded = riscv64::decode(word);
    // What ends a block would make nearly all of them short.
    Block alone;
    if (!riscv64::Lifter(alone, 0x10000, block.variant).add(decoded) && random() % 16 != 0) continue;
    if (instructions) instructions->push_back(decoded);
    if (!lifter.add(decoded)) return block;
  }
  if (block.guest.empty()) {
    if (instructions) instructions->push_back(riscv64::decode(0x00000013));
    lifter.add(riscv64::decode(0x00000013));
  }
  lifter.finish();
  return block;
}

}  // namespace

TEST_CASE("a pass is found by its name, and its number runs all up to it") {
  CHECK(pass_number("nothing") == 0);
  for (std::size_t i = 0; i < passes().size(); ++i) CHECK(pass_number(passes()[i].name) == i + 1);
}

TEST_CASE("after each pass a block is well formed, reads back, and does what it did") {
  std::mt19937_64 random(4);
  Scratch scratch;
  Memory memory;
  for (u8& byte : memory.bytes) byte = random() % 2 ? u8(random()) : 0;
  std::map<bool, int> ways;
  for (int round = 0; round < 12000; ++round) {
    const Block lifted = tangled_block(random, 1 + random() % 24);
    Block block = lifted;
    std::vector<GuestState> states(8);
    std::vector<Answer> wanted;
    for (GuestState& state : states) {
      for (std::size_t i = 1; i < 32; ++i) state.words[riscv64::x_word + i] = sample(random);
      for (std::size_t i = 0; i < 32; ++i) state.words[riscv64::f_word + i] = sample(random);
      state.words[riscv64::fcsr_word] = u64{lifted.variant} << 5 | random() % 32;
      state.words[program_counter] = 0x10000;
      wanted.push_back(answer_of(lifted, state, memory));
      ++ways[wanted.back().goes_on];
    }
    for (const Pass& pass : passes()) {
      const std::string before = print(block);
      pass.run(block, scratch);
      INFO(pass.name << "\n" << before << "\n" << print(block));
      const Result<void> verified = verify(block);
      INFO((verified ? "" : verified.error().message));
      REQUIRE(verified);
      const Result<Block> read = parse(print(block));
      REQUIRE(read);
      REQUIRE(*read == block);
      for (std::size_t i = 0; i < states.size(); ++i) REQUIRE(answer_of(block, states[i], memory) == wanted[i]);
    }
  }
  CHECK(ways[true] > 1000);
  CHECK(ways[false] > 1000);
}

TEST_CASE("lifted for the baseline compiler, a block is what the passes make of it") {
  std::mt19937_64 random(6);
  Scratch scratch;
  std::size_t shorter = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<riscv64::Decoded> instructions;
    Block expected = tangled_block(random, 1 + random() % 24, &instructions);
    const std::size_t lifted = expected.guest.size();
    optimize(expected, scratch, baseline_passes);
    Block block;
    riscv64::Lifter lifter(block, 0x10000, expected.variant, scratch);
    bool goes_on = true;
    for (std::size_t i = 0; i < instructions.size() && goes_on; ++i) goes_on = lifter.add(instructions[i]);
    if (goes_on) lifter.finish();
    INFO(print(block) << "\n" << print(expected));
    REQUIRE(verify(block));
    if (block.instructions.size() != expected.instructions.size()) {
      // A branch whose way is known was lifted with both its targets; here there never was a second one.
      dead(block, scratch);
      dead(expected, scratch);
    }
    REQUIRE(block == expected);
    shorter += block.guest.size() < lifted;
  }
  CHECK(shorter > 100);
}

TEST_CASE("the passes leave little of what the rows say") {
  std::mt19937_64 random(5);
  Scratch scratch;
  std::size_t before = 0, after = 0;
  for (int round = 0; round < 1000; ++round) {
    Block block = tangled_block(random, 24);
    before += block.instructions.size();
    optimize(block, scratch);
    after += block.instructions.size();
  }
  CHECK(after * 4 < before * 3);
}

}  // namespace diptych::ir
