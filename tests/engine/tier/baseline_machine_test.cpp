// The stages that translate, against the interpreter: state, count, memory and stop, wherever a block is left.
#include "tests/engine/tier/stages.hpp"

namespace diptych::riscv64 {
namespace {

constexpr Access everything = Access::read | Access::write | Access::execute;

// Random words of any rows; now and then one that reads what the one before wrote.
std::vector<u32> random_words(std::mt19937_64& random, std::size_t count) {
  std::vector<u32> words;
  for (std::size_t i = 0; i < count; ++i) {
    const Row& row = rows()[random() % rows().size()];
    u32 word = (static_cast<u32>(random()) & ~row.encoding.mask) | row.encoding.match;
    // Few registers, so that instructions have to do with one another.
    for (const std::string_view name : {"rd", "rs1", "rs2", "rs3"})
      if (const Field* field = row.encoding.field(name); field && random() % 2)
        if (const u32 near = field->insert(word, 8 + u32(random() % 4)); row.encoding.matches(near)) word = near;
    words.push_back(word);
  }
  return words;
}

void check_every_budget(Machine& interpreter, const Machines& machines, std::string_view text, std::string_view before,
                        u64 most, Access access = Access::read | Access::execute) {
  INFO(text << " | " << before);
  prepare(interpreter, machines, program_of(text, access));
  const Input input = input_of(before);
  for (u64 budget = 0; budget <= most; ++budget)
    REQUIRE(difference(interpreter, machines, std::span(&input, 1), Budget{budget}) == "");
}

}  // namespace

TEST_CASE("each stage that translates says what it is") {
  for (const jit::Stage& stage : jit::stages) {
    const auto machine = make_baseline_machine(stage);
    REQUIRE(machine);
    CHECK((*machine)->describe().name == stage.name);
    CHECK((*machine)->describe().counts_retired);
    CHECK((*machine)->describe().exact_budget);
    Program other = program_of("addi a0, a0, 1");
    other.guest = Guest::x86_64;
    const auto refused = (*machine)->prepare(other);
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::unsupported);
    REQUIRE((*machine)->prepare(program_of("addi a0, a0, 1")));
    CHECK(answer_of(**machine, input_of("a0=4"), 10).state.words[10] == 5);
  }
}

TEST_CASE("translated code does what the interpreter does, row by row") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  std::mt19937_64 random(4);
  for (const Row& row : rows()) {
    INFO(row.form);
    for (int program_number = 0; program_number < 20; ++program_number) {
      std::vector<u32> words = random_words(random, 1);
      const u32 word = (static_cast<u32>(random()) & ~row.encoding.mask) | row.encoding.match;
      words.insert(words.begin(), {word, word});
      prepare(*interpreter, machines, program_of(words, random() % 2 ? everything : Access::read | Access::execute));
      std::vector<Input> inputs;
      for (int n = 0; n < 10; ++n) inputs.push_back(any_input(random));
      INFO(std::hex << word);
      REQUIRE(difference(*interpreter, machines, inputs, Budget{random() % 6}) == "");
    }
  }
}

TEST_CASE("translated code does what the interpreter does, on long blocks of anything") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  std::mt19937_64 random(5);
  for (int program_number = 0; program_number < 1500; ++program_number) {
    INFO(program_number);
    prepare(*interpreter, machines, program_of(random_words(random, 2 + random() % 80), random() % 4 == 0 ? everything : Access::read | Access::execute));
    std::vector<Input> inputs;
    for (int n = 0; n < 8; ++n) inputs.push_back(any_input(random));
    REQUIRE(difference(*interpreter, machines, inputs, Budget{random() % 100}) == "");
  }
}

TEST_CASE("every stop at every place in a block finds the state exact") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  constexpr std::string_view stops[] = {
      "ebreak", "ecall", "c.ebreak", "lw a0, 8(t0)", "sd a0, -8(t0)", "fld fa0, 0(t0)", "fsw fa1, 4(t0)", "lr.w a0, (t1)",
      "lr.d a1, (t0)", "sc.w a0, a1, (t1)", "amoadd.w a0, a1, (t1)", "amoswap.d a0, a1, (t0)", "amomax.w a0, a1, (t2)",
      "fadd.s fa0, fa1, fa2, 5", "csrrw a0, 0x123, a1", "jalr a0, 0(t0)", "sb a1, 0(t2)", "lw a1, 2045(t3)"};
  std::mt19937_64 random(6);
  for (std::string_view stop : stops) {
    for (std::size_t place = 0; place < 14; ++place) {
      // Every instruction writes what the one before has written, and all registers are dirty soon.
      std::string text;
      const auto filler = [&](std::size_t i) {
        switch (i % 7) {
          case 0: return "addi a" + std::to_string(i % 6) + ", a" + std::to_string((i + 1) % 6) + ", 3; ";
          case 1: return std::string("fadd.d fa0, fa1, fa0; ");
          case 2: return std::string("mul s2, a1, a0; ");
          case 3: return std::string("sd a1, 0(s0); ");
          case 4: return std::string("ld s3, 0(s0); ");
          case 5: return std::string("fmul.s fa2, fa2, fa3; ");
          default: return "xor s" + std::to_string(4 + i % 6) + ", s3, a2; ";
        }
      };
      for (std::size_t i = 0; i < place; ++i) text += filler(i);
      text += stop;
      for (std::size_t i = 0; i < 4; ++i) text += "; " + filler(place + i).substr(0, filler(place + i).size() - 2);
      INFO(text);
      prepare(*interpreter, machines, program_of(text));
      std::vector<Input> inputs;
      for (int n = 0; n < 4; ++n) {
        inputs.push_back(any_input(random));
        auto& x = inputs.back().state.words;
        x[8] = 0x20100;               // s0
        x[5] = n == 0 ? 0x21000 : n == 1 ? 0x40000 : n == 2 ? ~u64{0} << 40 : u64{1} << 40;  // t0
        x[6] = 0x20102;               // t1
        x[7] = 0x21000;               // t2
        x[28] = 0x20800;              // t3
      }
      for (u64 budget : {u64{0}, u64{place}, u64{place + 1}, u64{50}})
        REQUIRE(difference(*interpreter, machines, inputs, Budget{budget}) == "");
    }
  }
}

TEST_CASE("a budget of any size is exact, in loops and behind jumps of every kind") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  // A loop within a loop, and a function called in it, by its address and through a register.
  check_every_budget(*interpreter, machines,
                     "addi s0, zero, 3; addi s1, zero, 4; addi s1, s1, -1; add a0, a0, s1; bne s1, zero, -8;"
                     " jal ra, 20; addi s0, s0, -1; bne s0, zero, -24; csrrs a3, instret, zero; ebreak;"
                     " addi a1, a1, 7; beq a1, a2, 8; addi a4, a4, 1; jalr zero, 0(ra)",
                     "a2=14", 90);
  check_every_budget(*interpreter, machines,
                     "auipc t0, 0; addi t1, zero, 5; jalr ra, 20(t0); addi t1, t1, -1; bne t1, zero, -8; addi a0, a0, 1; jalr zero, 0(ra)",
                     "", 60);
  // A count read at each place of a block that is left in its middle.
  check_every_budget(*interpreter, machines,
                     "csrrs a0, instret, zero; addi a1, a1, 1; csrrs a2, instret, zero; blt a1, a5, 8; addi a6, a6, 1;"
                     " csrrs a3, instret, zero; blt a3, a4, -24",
                     "a4=40 a5=3", 60);
}

TEST_CASE("the rounding mode in force is followed by linked blocks") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  // Round and round, with another mode each time: the same block for each, reached by the same jumps.
  check_every_budget(*interpreter, machines,
                     "addi s0, zero, 12; csrrw zero, frm, s1; addi s1, s1, 1; andi s1, s1, 3; jal zero, 4;"
                     " fdiv.d fa0, fa1, fa2; fadd.d fa3, fa3, fa0; fcvt.w.d a0, fa3; add a1, a1, a0; jal zero, 4;"
                     " addi s0, s0, -1; bne s0, zero, -40; csrrs a2, fcsr, zero",
                     "fa1=d:1 fa2=d:3 fa3=d:0.5", 160);
  // The same with an indirect jump, which finds its way by the address alone.
  check_every_budget(*interpreter, machines,
                     "addi s0, zero, 12; auipc t0, 0; csrrw zero, frm, s1; addi s1, s1, 1; andi s1, s1, 3; jalr zero, 20(t0);"
                     " fdiv.d fa0, fa1, fa2; fadd.d fa3, fa3, fa0; fcvt.w.d a0, fa3; add a1, a1, a0; jalr zero, 40(t0);"
                     " addi s0, s0, -1; bne s0, zero, -44; csrrs a2, fcsr, zero",
                     "fa1=d:1 fa2=d:3 fa3=d:0.5", 160);
}

TEST_CASE("code that changes itself is followed: the next instruction, the block that runs, linked blocks") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  // The instruction behind the store, and one far behind it, in the same block.
  check_every_budget(*interpreter, machines, "sw a1, 4(a2); addi a0, a0, 1; addi a0, a0, 1", "a1=0x00250513 a2=0x10000", 4, everything);
  check_every_budget(*interpreter, machines, "addi a3, a3, 5; sw a1, 16(a2); addi a0, a0, 1; addi a3, a3, 1; addi a0, a0, 1",
                     "a1=0x00250513 a2=0x10000", 6, everything);
  // A block that is linked from two others and found by an indirect jump, changed in every round.
  check_every_budget(*interpreter, machines,
                     "auipc t0, 0; addi s0, zero, 4; addi a0, a0, 1; jal zero, 4; jalr zero, 20(t0); addi s0, s0, -1;"
                     " beq s0, zero, 16; add a1, a1, a3; sw a1, 8(t0); jal zero, -28",
                     "a1=0x00150513 a3=0x100000", 60, everything);
  // The jump itself is changed, and what lies behind it.
  check_every_budget(*interpreter, machines,
                     "jal zero, 4; addi a0, a0, 1; sw a1, 0(a2); jal zero, -12; addi a0, a0, 16",
                     "a1=0x0100006f a2=0x10000", 20, everything);
  // An atomic instruction changes code, and leaves its block.
  check_every_budget(*interpreter, machines, "amoswap.w a3, a1, (a2); addi a0, a0, 1", "a1=0x00250513 a2=0x10004", 3, everything);
  check_every_budget(*interpreter, machines, "lr.w a4, (a2); sc.w a3, a1, (a2); addi a0, a0, 1; addi a5, a5, 1",
                     "a1=0x00250513 a2=0x10008", 5, everything);
  // A float goes into code, too.
  check_every_budget(*interpreter, machines, "fsw fa0, 4(a2); addi a0, a0, 1", "fa0=0x00250513 a2=0x10000", 3, everything);
}

TEST_CASE("code of one input is gone with the next, in the window and beside it") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  for (Access access : {Access::read | Access::execute, everything}) {
    Program program = program_of("jalr ra, 0(a0); jalr ra, 0(a0); addi a3, a3, 1");
    program.memory[0].access = access;
    prepare(*interpreter, machines, program);
    std::vector<Input> inputs;
    for (const char* text : {"addi a2, a2, 1; c.jr ra", "addi a2, a2, 2; c.jr ra", "addi a2, a2, 2; jalr zero, 0(ra)"}) {
      inputs.push_back(input_of("a0=0x20000"));
      inputs.back().memory = {{0x20000, code_of(text)}};
    }
    inputs.push_back(input_of("a0=0x20000"));
    inputs.push_back(inputs[1]);
    for (int n = 0; n < 3; ++n) REQUIRE(difference(*interpreter, machines, inputs, Budget{20}) == "");
  }
}

TEST_CASE("memory beside the window, across its end, and across the edges of areas is reached exactly") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  constexpr u64 end = u64{1} << 40;
  Program program = program_of("lw a1, 0(a0); ld a2, 8(a0); sd a3, 16(a0); lbu a4, -1(a0); sh a3, 29(a0); fld fa0, 3(a0); amoadd.w a5, a3, (a6)");
  program.memory = {
      {0x20000, 0x1000, Access::read | Access::write}, {0x21000, 0x1000, Access::read},
      {0x22000, 0x1000, Access::read | Access::write}, {0x23000, 0x1000, Access::write},
      {0x24000, 0x1000, Access::execute},              {0x25000, 0x1000, everything},
      {end - 0x2000, 0x1000, Access::read | Access::write},
      {end - 0x1000, 0x2000, Access::read | Access::write},
      {end + 0x200000, 0x1000, Access::read | Access::write},
      {u64{1} << 63, 0x1000, Access::read | Access::write},
      {~u64{0} << 13, 0x1000, Access::read | Access::write},
  };
  prepare(*interpreter, machines, program);
  std::vector<Input> inputs;
  std::mt19937_64 random(7);
  for (const Region& region : program.memory)
    for (const u64 edge : {region.address, region.address + region.size})
      for (i64 distance = -40; distance <= 40; ++distance) {
        inputs.push_back(any_input(random));
        inputs.back().memory.clear();
        inputs.back().state.words[10] = edge + u64(distance);
        inputs.back().state.words[16] = (edge + u64(distance)) & ~u64{random() % 4};
      }
  REQUIRE(difference(*interpreter, machines, inputs, Budget{10}) == "");
}

TEST_CASE("an area that begins in the window and ends far behind what guards it takes no check from any access") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  constexpr u64 end = u64{1} << 40;
  Program program = program_of("ld a1, 0(a0); sd a3, 8(a0); lw a2, -16(a0)");
  program.memory = {{end - 0x1000, 0x602000, Access::read | Access::write}};
  // Behind each window there lies memory of the next machine's.
  prepare(*interpreter, machines, program);
  std::vector<Input> inputs;
  for (u64 distance = 0; distance < 0x700000; distance += 0x40000) {
    inputs.push_back(input_of("a3=77"));
    inputs.back().state.words[10] = end + distance;
  }
  REQUIRE(difference(*interpreter, machines, inputs, Budget{10}) == "");
}

}  // namespace diptych::riscv64
