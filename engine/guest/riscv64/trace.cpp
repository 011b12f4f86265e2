#include "engine/guest/riscv64/trace.hpp"

namespace diptych::riscv64 {

void Tracer::trace(const Program& program, const Input& input, Budget budget, std::vector<Traced>& out) {
  out.clear();
  bound_.prepare(program);
  bound_.start(input);
  Interpreter& interpreter = bound_.interpreter();
  for (u64 left = budget.instructions; left != 0; --left) {
    const u64 pc = interpreter.hart.pc();
    if (pc == program.code_end()) return;
    std::optional<Decoded> decoded = interpreter.at_pc();
    if (!decoded) return;
    out.push_back({*decoded, pc});
    if (interpreter.run({1}).kind != StopKind::budget) return;
  }
}

}  // namespace diptych::riscv64
