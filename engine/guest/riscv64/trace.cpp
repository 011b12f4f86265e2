#include "engine/guest/riscv64/trace.hpp"

namespace diptych::riscv64 {

ExtensionSet extensions_executed(std::span<const Traced> trace) {
  ExtensionSet executed = 0;
  for (const Traced& step : trace) {
    if (step.decoded.row) executed |= bit(step.decoded.row->extension);
    if (step.pc % 4 != 0) executed |= bit(Extension::C);
  }
  return executed;
}

void Tracer::trace(const Program& program, const Input& input, Budget budget, std::vector<Traced>& out) {
  out.clear();
  bound_.prepare(program);
  bound_.start(input);
  Interpreter& interpreter = bound_.interpreter();
  const bool self_changing = allows(program.code_access, Access::write);
  for (u64 left = budget.instructions; left != 0; --left) {
    const u64 pc = interpreter.pc();
    if (pc == program.code_end()) return;
    // Asked after the run, which has decoded it, unless it changes itself.
    std::optional<Decoded> before;
    if (self_changing) before = interpreter.at(pc);
    const StopKind stop = interpreter.run({1}).kind;
    const std::optional<Decoded> decoded = self_changing ? before : interpreter.at(pc);
    if (!decoded) return;
    out.push_back({*decoded, pc});
    if (stop != StopKind::budget) return;
  }
}

}  // namespace diptych::riscv64
