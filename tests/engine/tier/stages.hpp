// Every stage of the engine as a machine, and their answers to one question side by side.
#pragma once

#include "engine/ir/passes/passes.hpp"
#include "engine/tier/baseline_machine.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "engine/tier/ir_machine.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

#include <cstring>
#include <random>

namespace diptych::riscv64 {

using Machines = std::vector<std::unique_ptr<Machine>>;

/// Those that translate, each going further than the one before.
inline Machines translating_stages() {
  Machines machines;
  for (const jit::Stage& stage : jit::stages) {
    auto made = make_baseline_machine(stage);
    REQUIRE(made);
    machines.push_back(std::move(*made));
  }
  return machines;
}

/// All but the interpreter, against which they are held.
inline Machines all_stages() {
  Machines machines;
  machines.push_back(make_ir_machine());
  for (const ir::Pass& pass : ir::passes()) machines.push_back(make_ir_machine(pass.name));
  for (auto& machine : translating_stages()) machines.push_back(std::move(machine));
  return machines;
}

inline bool same(const Outcome& a, const Outcome& b) {
  if (a.stop != b.stop || a.state != b.state || a.retired != b.retired || a.memory.size() != b.memory.size()) return false;
  for (std::size_t i = 0; i < a.memory.size(); ++i)
    if (std::memcmp(a.memory[i].bytes.data(), b.memory[i].bytes.data(), a.memory[i].bytes.size()) != 0) return false;
  return true;
}

/// What one of them answers differently from the interpreter; nothing if none does. All are prepared.
inline std::string difference(Machine& interpreter, const Machines& machines, std::span<const Input> inputs, Budget budget) {
  REQUIRE(interpreter.begin(inputs, budget));
  for (const auto& machine : machines) REQUIRE(machine->begin(inputs, budget));
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const auto wanted = interpreter.outcome(n, Precision::precise);
    REQUIRE(wanted);
    for (const auto& machine : machines) {
      const auto got = machine->outcome(n, Precision::precise);
      REQUIRE(got);
      if (same(**wanted, **got)) continue;
      std::string text = machine->describe().name + ", input " + std::to_string(n) + ", budget " +
                         std::to_string(budget.instructions) + ": " + describe((*got)->stop) + " after " +
                         std::to_string(*(*got)->retired) + ", not " + describe((*wanted)->stop) + " after " +
                         std::to_string(*(*wanted)->retired);
      for (const Register& r : registers_of(Guest::riscv64))
        if ((*got)->state.words[r.word] != (*wanted)->state.words[r.word])
          text += "; " + std::string(r.name) + " is " + std::to_string((*got)->state.words[r.word]) + ", not " +
                  std::to_string((*wanted)->state.words[r.word]);
      return text;
    }
  }
  return "";
}

inline void prepare(Machine& interpreter, const Machines& machines, const Program& program) {
  REQUIRE(check(program));
  REQUIRE(interpreter.prepare(program));
  for (const auto& machine : machines) REQUIRE(machine->prepare(program));
}

inline Program program_of(std::span<const u32> words, Access code_access = Access::read | Access::execute) {
  return {.code_address = code_at,
          .code = code_of(words),
          .code_access = code_access,
          .memory = {std::begin(vector_memory), std::end(vector_memory)},
          .contents = {}};
}
inline Program program_of(std::string_view text, Access code_access = Access::read | Access::execute) {
  return program_of(assemble_all(text), code_access);
}

inline Input input_of(std::string_view assignments) {
  Input input;
  input.state.words[pc_word] = code_at;
  set(input, assignments);
  return input;
}

/// Numbers at which something changes, addresses in and at the edges of the vectors' memory, and others.
inline u64 any_number(std::mt19937_64& random) {
  constexpr u64 edges[] = {0, 1, ~u64{0}, 0x80000000, 0x7fffffff, u64{1} << 63, ~u64{0} >> 1, 0x20000, 0x20ffc, 0x21000,
                           0x30000, 0x30ffd, 0x10000, 0x10008, 0xffffffff7fc00000, 0xffffffff3f800000, 0x3ff0000000000000,
                           0x7ff0000000000000, 0x7ff0000000000001};
  switch (random() % 3) {
    case 0: return edges[random() % std::size(edges)];
    case 1: return 0x20000 + random() % 0x1000;
    default: return random() >> (random() % 64);
  }
}

inline Input any_input(std::mt19937_64& random) {
  Input input;
  for (std::size_t i = 1; i < 32; ++i) input.state.words[x_word + i] = any_number(random);
  for (std::size_t i = 0; i < 32; ++i) input.state.words[f_word + i] = any_number(random);
  input.state.words[fcsr_word] = random() % 256;
  input.state.words[pc_word] = code_at;
  input.memory.push_back({0x20000, {}});
  for (int i = 0; i < 64; ++i) input.memory.back().bytes.push_back(u8(random()));
  return input;
}

}  // namespace diptych::riscv64
