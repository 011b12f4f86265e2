// Many engines alive at once, in one thread and in several: none notices the others.
#include "tests/engine/tier/stages.hpp"

#include <atomic>
#include <thread>

namespace diptych::riscv64 {
namespace {

// Loops, calls through a register, stores into its own code, and a fault at the end or on the way.
constexpr std::string_view busy =
    "auipc t0, 0; addi a0, a0, 1; sw a0, 0(s0); fadd.d fa0, fa0, fa1; sw a1, 4(t0); lw a2, 0(s0); add a3, a3, a2;"
    " jalr ra, 44(t0); blt a3, a4, -28; ld a5, 0(s1); ebreak; xor a6, a6, a3; jalr zero, 0(ra)";

Input input_of_engine(u64 engine, u64 round) {
  Input input = input_of("a1=0x00150513 s0=0x20000 fa1=d:0.1");
  input.state.words[14] = 20 + engine * 7 + round * 3;
  constexpr u64 ends[] = {0x20000, 0x21000, 0x40000, u64{1} << 41, ~u64{0} - 3};
  input.state.words[9] = ends[(engine + round) % 5];
  input.state.words[8] += round % 3 == 2 ? (engine % 2 ? 0x1000 : 0x20000) : 0;  // a fault in its middle
  return input;
}

Program busy_program() { return program_of(busy, Access::read | Access::write | Access::execute); }

bool agrees(Machine& interpreter, Machine& machine, const Input& input, Budget budget) {
  const auto wanted = interpreter.run(input, budget, Precision::precise), got = machine.run(input, budget, Precision::precise);
  return wanted && got && same(**wanted, **got);
}

}  // namespace

TEST_CASE("sixteen engines in one thread are used in turn") {
  Machines machines;
  for (int n = 0; n < 4; ++n)
    for (auto& machine : translating_stages()) machines.push_back(std::move(machine));
  const auto interpreter = make_interpreter_machine();
  prepare(*interpreter, machines, busy_program());
  for (u64 round = 0; round < 60; ++round)
    for (std::size_t n = 0; n < machines.size(); ++n) {
      INFO(round << " " << n);
      REQUIRE(agrees(*interpreter, *machines[n], input_of_engine(n, round), Budget{30 + round * 5}));
    }
  // Some go, others stay, and new ones come where they were.
  for (u64 round = 0; round < 8; ++round) {
    machines.erase(machines.begin() + std::ptrdiff_t(round));
    auto made = make_baseline_machine(jit::stages[round % jit::stages.size()]);
    REQUIRE(made);
    REQUIRE((*made)->prepare(busy_program()));
    machines.push_back(std::move(*made));
    for (std::size_t n = 0; n < machines.size(); ++n)
      REQUIRE(agrees(*interpreter, *machines[n], input_of_engine(n, round), Budget{200}));
  }
}

TEST_CASE("engines in four threads, each with its own, run and fault at once") {
  std::atomic<int> wrong = 0, made = 0;
  std::vector<std::thread> threads;
  for (u64 thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      // Made, used and given back within the thread; no assertion is made outside the first one.
      for (u64 life = 0; life < 3; ++life) {
        const auto interpreter = make_interpreter_machine();
        Machines machines;
        for (const jit::Stage& stage : jit::stages)
          if (auto machine = make_baseline_machine(stage)) machines.push_back(std::move(*machine));
        made += int(machines.size());
        const Program program = busy_program();
        if (!interpreter->prepare(program)) ++wrong;
        for (const auto& machine : machines)
          if (!machine->prepare(program)) ++wrong;
        for (u64 round = 0; round < 30; ++round)
          for (std::size_t n = 0; n < machines.size(); ++n)
            if (!agrees(*interpreter, *machines[n], input_of_engine(thread * 4 + n, round), Budget{300})) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(made == 48);
  CHECK(wrong == 0);
}

TEST_CASE("engines made in one thread run in another") {
  auto interpreter = make_interpreter_machine();
  auto machine = make_baseline_machine(jit::stages.back());
  REQUIRE(machine);
  REQUIRE(interpreter->prepare(busy_program()));
  REQUIRE((*machine)->prepare(busy_program()));
  bool right = agrees(*interpreter, **machine, input_of_engine(1, 2), Budget{300});
  std::thread([&] {
    for (u64 round = 0; round < 20; ++round) right &= agrees(*interpreter, **machine, input_of_engine(2, round), Budget{300});
  }).join();
  right &= agrees(*interpreter, **machine, input_of_engine(1, 2), Budget{300});
  CHECK(right);
}

}  // namespace diptych::riscv64
