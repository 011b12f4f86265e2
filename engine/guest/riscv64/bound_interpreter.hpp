// An interpreter with memory of its own: a program bound to it, and started on an input.
#pragma once

#include "engine/guest/riscv64/bound.hpp"
#include "engine/guest/riscv64/interpreter.hpp"

namespace diptych::riscv64 {

class BoundInterpreter : public Bound<Interpreter> {
 public:
  explicit BoundInterpreter(std::span<const Evaluate> table = evaluations(), Evaluate illegal = evaluate_illegal)
      : Bound(table, illegal) {}

  Interpreter& interpreter() { return runner(); }
};

}  // namespace diptych::riscv64
