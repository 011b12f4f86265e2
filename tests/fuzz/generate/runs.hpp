// How blocks end on the interpreter.
#pragma once

#include "engine/tier/interpreter_machine.hpp"
#include "fuzz/generate/block.hpp"
#include "tests/catch.hpp"

#include <array>

namespace diptych::fuzz {

struct Ends {
  std::array<std::size_t, 8> of_kind{};
  std::size_t runs = 0;

  double share(StopKind kind) const { return double(of_kind[std::size_t(kind)]) / double(runs); }
};

inline void run_all(Machine& machine, const Block& block, Ends& ends) {
  REQUIRE(check(block.program));
  REQUIRE(machine.prepare(block.program));
  std::vector<Input> inputs;
  inputs_of(block, 16, inputs);
  for (const Input& input : inputs) REQUIRE(check(block.program, input));
  REQUIRE(machine.begin(inputs, block.budget));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto outcome = machine.outcome(i, Precision::fast);
    REQUIRE(outcome);
    ++ends.of_kind[std::size_t((*outcome)->stop.kind)];
    ++ends.runs;
  }
}

}  // namespace diptych::fuzz
