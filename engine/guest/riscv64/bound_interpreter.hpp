// An interpreter with memory of its own: a program bound to it, and started on an input.
#pragma once

#include "engine/guest/riscv64/interpreter.hpp"
#include "engine/memory/areas.hpp"

#include <span>
#include <vector>

namespace diptych::riscv64 {

class BoundInterpreter {
 public:
  explicit BoundInterpreter(std::span<const Evaluate> table = evaluations(), Evaluate illegal = evaluate_illegal)
      : interpreter_(table, illegal) {}

  void prepare(const Program& program);

  /// Puts memory and registers where this input begins.
  void start(const Input& input);

  Interpreter& interpreter() { return interpreter_; }
  std::span<const Area> areas() const { return areas_; }

 private:
  Interpreter interpreter_;
  InitialMemory initial_;
  std::vector<std::vector<u8>> backing_;
  std::vector<Area> areas_;
  bool patched_ = false;  // the last input laid bytes over areas that the guest cannot write
};

}  // namespace diptych::riscv64
