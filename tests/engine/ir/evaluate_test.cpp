// The IR evaluator against the interpreter: the same answers, on blocks of any rows and any state.
#include "engine/ir/evaluate.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "engine/tier/ir_machine.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"
#include "tests/engine/ir/samples.hpp"

#include <bit>

namespace diptych::riscv64 {
namespace {

bool same(const Answer& a, const Answer& b) {
  return a.stop == b.stop && a.state == b.state && a.retired == b.retired && a.memory == b.memory;
}

u64 sample(std::mt19937_64& random) {
  constexpr u64 edges[] = {0, 1, ~u64{0}, 0x80000000, 0x7fffffff, u64{1} << 63, ~u64{0} >> 1, 0x20000, 0x20ffc, 0x21000,
                           0x30000, 0x30ffd, 0x10000, 0x10008, 0xffffffff7fc00000, 0xffffffff3f800000, 0x3ff0000000000000,
                           0x7ff0000000000000, 0x7ff0000000000001};
  switch (random() % 3) {
    case 0: return edges[random() % std::size(edges)];
    case 1: return 0x20000 + random() % 0x1000;
    default: return random() >> (random() % 64);
  }
}

}  // namespace

TEST_CASE("the evaluator of IR does what the interpreter does, row by row") {
  const auto interpreter = make_interpreter_machine();
  const auto ir = make_ir_machine();
  std::mt19937_64 random(3);
  for (const Row& row : rows()) {
    INFO(row.form);
    for (int program_number = 0; program_number < 40; ++program_number) {
      const u32 word = (static_cast<u32>(random()) & ~row.encoding.mask) | row.encoding.match;
      // The row comes first, twice, and then something else that may read what it left.
      const Row& other = rows()[random() % rows().size()];
      const u32 words[] = {word, word, (static_cast<u32>(random()) & ~other.encoding.mask) | other.encoding.match};
      const Access writable = random() % 2 ? Access::write : Access::none;
      const Program program{.code_address = code_at,
                            .code = code_of(words),
                            .code_access = Access::read | Access::execute | writable,
                            .memory = {std::begin(vector_memory), std::end(vector_memory)},
                            .contents = {}};
      REQUIRE(interpreter->prepare(program));
      REQUIRE(ir->prepare(program));
      for (int input_number = 0; input_number < 10; ++input_number) {
        Input input;
        for (std::size_t i = 1; i < 32; ++i) input.state.words[x_word + i] = sample(random);
        for (std::size_t i = 0; i < 32; ++i) input.state.words[f_word + i] = sample(random);
        input.state.words[fcsr_word] = random() % 256;
        input.state.words[pc_word] = code_at;
        input.memory.push_back({0x20000, {}});
        for (int i = 0; i < 64; ++i) input.memory.back().bytes.push_back(u8(random()));
        const u64 budget = random() % 6;
        const Answer wanted = answer_of(*interpreter, input, budget), got = answer_of(*ir, input, budget);
        INFO(describe(wanted.stop) << " | " << describe(got.stop) << " | " << std::hex << word);
        REQUIRE(same(wanted, got));
      }
    }
  }
}

TEST_CASE("what a reservation needs is kept between blocks and instructions") {
  const auto interpreter = make_interpreter_machine();
  const auto ir = make_ir_machine();
  for (const char* text : {"lr.d a0, (a1); sc.d a2, a3, (a1); sc.d a4, a3, (a1)", "lr.w a0, (a1); sd a3, 0(a1); sc.w a2, a3, (a1)",
                           "lr.w a0, (a1); beq zero, zero, 4; sc.w a2, a3, (a1)", "lr.d a0, (a1); sc.w a2, a3, (a1)"}) {
    INFO(text);
    const Program program{.code_address = code_at,
                          .code = code_of(text),
                          .code_access = Access::read | Access::execute,
                          .memory = {std::begin(vector_memory), std::end(vector_memory)},
                          .contents = {}};
    REQUIRE(interpreter->prepare(program));
    REQUIRE(ir->prepare(program));
    for (const char* before : {"pc=0x10000 a1=0x20000 a3=7", "pc=0x10000 a1=0x20000 a3=7 [0x20000]=0xffffffffffffffff",
                               "pc=0x10000 a1=0x21000 a3=7"}) {
      Input input;
      set(input, before);
      const Answer wanted = answer_of(*interpreter, input, 10);
      CHECK(same(wanted, answer_of(*ir, input, 10)));
    }
  }
}

TEST_CASE("a block stops in its middle at exactly the budget") {
  const auto ir = make_ir_machine();
  const Program program{.code_address = code_at,
                        .code = code_of("addi a0, a0, 1; addi a0, a0, 1; addi a0, a0, 1; beq zero, zero, -12"),
                        .code_access = Access::read | Access::execute,
                        .memory = {},
                        .contents = {}};
  REQUIRE(ir->prepare(program));
  for (u64 budget = 0; budget < 20; ++budget) {
    Input input;
    set(input, "pc=0x10000");
    const Answer answer = answer_of(*ir, input, budget);
    CHECK(answer.stop.kind == StopKind::budget);
    CHECK(answer.retired == budget);
    CHECK(answer.state.words[pc_word] == code_at + 4 * (budget % 4));
    CHECK(answer.state.words[x_word + 10] == budget / 4 * 3 + budget % 4);
  }
}

TEST_CASE("a store into the block that runs is seen by the next instruction") {
  const auto interpreter = make_interpreter_machine();
  const auto ir = make_ir_machine();
  // Writes `addi a0, a0, 2` over the instruction behind the store.
  const Program program{.code_address = code_at,
                        .code = code_of("sw a1, 4(a2); addi a0, a0, 1; addi a0, a0, 1"),
                        .code_access = Access::read | Access::write | Access::execute,
                        .memory = {},
                        .contents = {}};
  REQUIRE(interpreter->prepare(program));
  REQUIRE(ir->prepare(program));
  Input input;
  set(input, "pc=0x10000 a1=0x00250513 a2=0x10000");
  for (int i = 0; i < 2; ++i) {
    const Answer answer = answer_of(*ir, input, 10);
    CHECK(answer.state.words[x_word + 10] == 3);
    CHECK(same(answer, answer_of(*interpreter, input, 10)));
  }
}

TEST_CASE("a branch forward leaves the block where it is taken, and goes on where not") {
  const auto ir = make_ir_machine();
  const Program program{.code_address = code_at,
                        .code = code_of("addi a0, a0, 1; beq a1, zero, 8; addi a0, a0, 2; addi a0, a0, 4"),
                        .code_access = Access::read | Access::execute,
                        .memory = {},
                        .contents = {}};
  REQUIRE(ir->prepare(program));
  Input taken, not_taken;
  set(taken, "pc=0x10000 a1=0");
  set(not_taken, "pc=0x10000 a1=1");
  for (u64 budget = 0; budget < 6; ++budget) {
    CHECK(answer_of(*ir, not_taken, budget).retired == std::min<u64>(budget, 4));
    const Answer answer = answer_of(*ir, taken, budget);
    CHECK(answer.retired == std::min<u64>(budget, 3));
    CHECK(answer.stop.kind == (budget < 3 ? StopKind::budget : StopKind::end));
    CHECK(answer.state.words[pc_word] == code_at + std::array<u64, 6>{0, 4, 12, 16, 16, 16}[budget]);
  }
  CHECK(answer_of(*ir, taken, 9).state.words[x_word + 10] == 5);
  CHECK(answer_of(*ir, not_taken, 9).state.words[x_word + 10] == 7);
}

TEST_CASE("a branch forward stands before a last instruction that does nothing") {
  const auto ir = make_ir_machine();
  const Program program{.code_address = code_at,
                        .code = code_of("beq a1, zero, 8; fence iorw, iorw"),
                        .code_access = Access::read | Access::execute,
                        .memory = {},
                        .contents = {}};
  REQUIRE(ir->prepare(program));
  for (u64 a1 = 0; a1 < 2; ++a1) {
    Input input;
    set(input, "pc=0x10000");
    input.state.words[x_word + 11] = a1;
    CHECK(answer_of(*ir, input, 9).retired == 1 + a1);
  }
}

TEST_CASE("each rounding mode has its own translation, and a change of it is seen by the next instruction") {
  const auto interpreter = make_interpreter_machine();
  const auto ir = make_ir_machine();
  for (const char* text : {"fdiv.d fa0, fa1, fa2, dyn; csrrw zero, frm, a0; fdiv.d fa3, fa1, fa2, dyn",
                           "fdiv.d fa0, fa1, fa2, dyn; csrrw zero, fcsr, a0; fdiv.d fa3, fa1, fa2, dyn",
                           "csrrwi zero, frm, 3; fdiv.d fa3, fa1, fa2, dyn; csrrsi a0, frm, 4; fdiv.s fa3, fa1, fa2, dyn"}) {
    INFO(text);
    const Program program{.code_address = code_at,
                          .code = code_of(text),
                          .code_access = Access::read | Access::execute,
                          .memory = {},
                          .contents = {}};
    REQUIRE(interpreter->prepare(program));
    REQUIRE(ir->prepare(program));
    for (u64 before = 0; before < 8; ++before)
      for (u64 after = 0; after < 256; after += 3) {
        Input input;
        set(input, "pc=0x10000 fa1=d:1 fa2=d:-3");
        input.state.words[fcsr_word] = before << 5;
        input.state.words[x_word + 10] = after;
        REQUIRE(same(answer_of(*interpreter, input, 9), answer_of(*ir, input, 9)));
      }
  }
}

}  // namespace diptych::riscv64
