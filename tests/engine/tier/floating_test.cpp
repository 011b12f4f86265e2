// Floating point on the host against floating point in software: every row, every rounding, on the values
// at which results and flags are decided, with and without flags that are raised already.
#include "engine/guest/riscv64/operands.hpp"
#include "tests/engine/tier/stages.hpp"

namespace diptych::riscv64 {
namespace {

constexpr u64 doubles[] = {
    0x0000000000000000, 0x8000000000000000,                      // zeros
    0x0000000000000001, 0x800fffffffffffff,                      // subnormals
    0x0010000000000000, 0x8010000000000000, 0x0010000000000001,  // the least normal ones
    0x3ff0000000000000, 0xbff0000000000000, 0x3fd5555555555555, 0x3fefffffffffffff,
    0x3fe0000000000000, 0xbfe0000000000000, 0x3ff8000000000000, 0xc004000000000000,  // halves
    0x41dfffffffc00000, 0x41dfffffffe00000, 0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000100000, 0xc1e0000000200000,
    0x41efffffffe00000, 0x41effffffff00000, 0x41f0000000000000,  // around the ends of 32-bit integers
    0x43dfffffffffffff, 0x43e0000000000000, 0xc3e0000000000000, 0xc3e0000000000001, 0x43efffffffffffff, 0x43f0000000000000,
    0x36a0000000000000, 0x3690000000000001, 0x380fffffffffffff, 0x47efffffefffffff, 0x47eff00000000000, 0x47efffffffffffff,  // of singles
    0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
    0x7ff8000000000000, 0xfff8000000000001, 0x7ff0000000000001, 0xfff4000000000000,  // NaNs
    0xffffffff7fc00000,
};
constexpr u32 singles[] = {
    0x00000000, 0x80000000, 0x00000001, 0x807fffff, 0x00800000, 0x80800000, 0x00800001, 0x3f800000, 0xbf800000, 0x3eaaaaab,
    0x3f7fffff, 0x3f000000, 0xbf000000, 0x3fc00000, 0xc0200000, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff,
    0x4f800000, 0x5effffff, 0x5f000000, 0xdf000000, 0xdf000001, 0x5f7fffff, 0x5f800000, 0x7f7fffff, 0xff7fffff, 0x7f800000,
    0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0xffa00000,
};
constexpr u64 integers[] = {0, 1, ~u64{0}, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffff81, 0x1000001, 0x1000003, 0x20000000000001,
                            0x20000000000003, ~u64{0} >> 1, u64{1} << 63, (u64{1} << 63) + 1, 0x7ffffffffffffdff, 0xfffffffffffffbff,
                            0xfffffffffffffc00, 0x7fffffbfffffffff, 0xffffff7fffffffff, 0xffffff8000000000};

// All values of both formats; now and then a single that is not boxed.
std::vector<u64> values() {
  std::vector<u64> all(std::begin(doubles), std::end(doubles));
  for (u32 single : singles) all.push_back(boxed | single);
  all.push_back(0x123456783f800000);
  return all;
}

bool is_floating(const Row& row) {
  return (row.extension == Extension::F || row.extension == Extension::D) && row.form.find('(') == std::string_view::npos;
}
bool is_of(const Row& row, std::string_view field) { return row.encoding.field(field) != nullptr; }
bool fits(std::string_view mnemonic, u64 value) {
  const bool single = mnemonic.ends_with(".s") || mnemonic.find(".s.") != std::string_view::npos;
  return mnemonic.starts_with("fcvt") || mnemonic.starts_with("fmv") || (value >> 32 == boxed >> 32) == single || value == 0;
}

// fa0 (and a0) become f(fa1 or a1, fa2, fa3).
u32 word_of(const Row& row, u32 rounding) {
  u32 word = row.encoding.match;
  const auto set = [&](std::string_view name, u32 value) {
    if (const Field* field = row.encoding.field(name)) word = field->insert(word, value);
  };
  set("rd", 10);
  set("rs1", 11);
  set("rs2", 12);
  set("rs3", 13);
  set("rm", rounding);
  return word;
}

void run_all(Machine& interpreter, const Machines& machines, std::vector<Input>& inputs) {
  REQUIRE(difference(interpreter, machines, inputs, Budget{20}) == "");
  inputs.clear();
}

}  // namespace

TEST_CASE("every floating-point row rounds, flags and converts on the host as in software") {
  const auto interpreter = make_interpreter_machine();
  Machines machines;
  for (const char* name : {"jit:emit", "baseline"})
    for (const jit::Stage& stage : jit::stages)
      if (stage.name == name) machines.push_back(std::move(*make_baseline_machine(stage)));
  const std::vector<u64> all = values();
  std::mt19937_64 random(8);
  std::size_t rows_seen = 0;
  for (const Row& row : rows()) {
    if (!is_floating(row)) continue;
    ++rows_seen;
    INFO(row.form);
    const bool rounds = is_of(row, "rm"), two = is_of(row, "rs2"), three = is_of(row, "rs3");
    for (u32 rounding = 0; rounding < (rounds ? 8u : 1u); ++rounding) {
      const u32 words[] = {word_of(row, rounding)};
      prepare(*interpreter, machines, program_of(words));
      // The mode in force matters where it is asked for; else any one must not matter.
      std::vector<Input> inputs;
      for (u64 mode = 0; mode < (rounding == 7 ? 5u : 1u); ++mode) {
        const auto add = [&](u64 a, u64 b, u64 c) {
          Input& input = inputs.emplace_back();
          auto& state = input.state.words;
          state[pc_word] = code_at;
          state[f_word + 11] = a;
          state[f_word + 12] = b;
          state[f_word + 13] = c;
          state[x_word + 11] = a;
          const u64 flags = random() % 4 == 0 ? random() % 32 : 0;
          state[fcsr_word] = flags | (rounding == 7 ? mode : random() % 5) << 5;
        };
        if (!two) {
          for (u64 a : all) add(a, 0, 0);
          for (u64 a : integers) add(a, 0, 0);
          for (int n = 0; n < 100; ++n) add(random() >> random() % 64, 0, 0);
        } else if (!three) {
          for (u64 a : all)
            for (u64 b : all)
              if (fits(row.mnemonic(), a) && fits(row.mnemonic(), b)) add(a, b, 0);
        } else {
          const auto one = [&] {
            u64 value = 0;
            do value = all[random() % all.size()];
            while (!fits(row.mnemonic(), value));
            return value;
          };
          for (int n = 0; n < 6000; ++n) {
            const u64 a = one(), b = one();
            // Half of them nearly cancel.
            add(a, b, n % 2 ? one() : (n % 4 ? a : b) ^ (n % 8 < 4 ? 0 : 1));
          }
        }
        run_all(*interpreter, machines, inputs);
      }
    }
  }
  CHECK(rows_seen == 58);
}

TEST_CASE("flags are where they are asked for, whoever has raised them") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = translating_stages();
  const std::vector<u64> all = values();
  std::mt19937_64 random(9);
  std::vector<const Row*> floating;
  for (const Row& row : rows())
    if (is_floating(row)) floating.push_back(&row);
  constexpr std::string_view between[] = {
      "csrrs a4, fcsr, zero",   "csrrw a4, fflags, a5", "csrrwi a4, fflags, 0", "csrrci zero, fflags, 1", "csrrs a4, fflags, a5",
      "csrrsi zero, fcsr, 31",  "csrrw a4, frm, a6",    "csrrwi zero, frm, 1",  "csrrs a4, frm, zero",    "sd a4, 0(a7)",
      "beq a4, a5, 4",          "jal zero, 4",          "addi a4, a4, 1",       "fsd fa0, 8(a7)",         "fld fa2, 8(a7)",
      "csrrs a4, instret, zero"};
  for (int program_number = 0; program_number < 1500; ++program_number) {
    std::vector<u32> words;
    for (std::size_t n = 0; n < 3 + random() % 6; ++n) {
      words.push_back(word_of(*floating[random() % floating.size()], std::array<u32, 7>{0, 1, 2, 3, 4, 7, 7}[random() % 7]));
      // Results become operands.
      if (random() % 2) words.push_back(assemble("fsgnj.d fa1, fa0, fa0"));
      if (random() % 3) words.push_back(assemble(between[random() % std::size(between)]));
    }
    prepare(*interpreter, machines, program_of(words));
    std::vector<Input> inputs;
    for (int n = 0; n < 10; ++n) {
      Input& input = inputs.emplace_back();
      auto& state = input.state.words;
      state[pc_word] = code_at;
      for (std::size_t i = 0; i < 32; ++i) state[f_word + i] = all[random() % all.size()];
      state[x_word + 11] = integers[random() % std::size(integers)];
      state[x_word + 15] = random() % 64;
      state[x_word + 16] = random() % 5;
      state[x_word + 17] = random() % 8 ? 0x20000 : 0x21000;
      state[fcsr_word] = random() % 256;
    }
    INFO(program_number);
    REQUIRE(difference(*interpreter, machines, inputs, Budget{random() % 30}) == "");
  }
}

TEST_CASE("the same operation once more raises its flags once more") {
  const auto interpreter = make_interpreter_machine();
  const Machines machines = all_stages();
  for (const char* text : {"fadd.d fa0, fa1, fa2; csrrwi zero, fflags, 0; fadd.d fa3, fa1, fa2; csrrs a0, fflags, zero",
                           "fadd.d fa0, fa1, fa2; csrrw a0, fcsr, zero; fadd.d fa3, fa1, fa2; ebreak",
                           "fsqrt.s fa0, fa1; csrrci zero, fflags, 31; fsqrt.s fa3, fa1; fsqrt.s fa4, fa1; csrrwi a1, fflags, 2; fsqrt.s fa4, fa1",
                           "fdiv.d fa0, fa1, fa2, rup; csrrwi a0, fflags, 0; ld a1, 0(a2); fdiv.d fa0, fa1, fa2, rup; ld a3, 0(a4)"}) {
    INFO(text);
    prepare(*interpreter, machines, program_of(text));
    const std::vector<Input> inputs = {input_of("fa1=d:1 fa2=d:0.1"), input_of("fa1=d:1 fa2=d:0.1 a2=0x20000"), input_of("fa1=s:nan fa2=d:3")};
    for (u64 budget = 0; budget < 8; ++budget) REQUIRE(difference(*interpreter, machines, inputs, Budget{budget}) == "");
  }
}

}  // namespace diptych::riscv64
