#include "engine/guest/riscv64/interpreter.hpp"

#include "engine/guest/riscv64/fetch.hpp"

#include <algorithm>

namespace diptych::riscv64 {

void Interpreter::bind(std::span<const Area> areas, u64 code_end) {
  hart.memory.bind(areas);
  hart.code_written.reset();
  code_end_ = code_end;
  std::size_t used = 0;
  for (const Area& area : areas)
    if (allows(area.access, Access::execute)) {
      if (used == executable_.size()) executable_.emplace_back();
      Steps& steps = executable_[used++];
      steps.address = area.address;
      steps.steps.assign((area.size + 1) / 2, Step{});
    }
  executable_.resize(used);
}

void Interpreter::code_changed(Range range) {
  for (Steps& area : executable_) {
    // An instruction that begins two bytes before may reach into the range.
    const u64 size = area.steps.size() * 2;
    for (u64 byte = 0; byte < range.size + 2; byte += 1) {
      const u64 offset = range.address - 2 + byte - area.address;
      if (offset < size) area.steps[offset / 2].evaluate = nullptr;
    }
  }
}

Interpreter::Step* Interpreter::find(u64 pc) {
  for (Steps& area : executable_) {
    const u64 offset = pc - area.address;
    // Areas begin at even addresses, so an even PC always falls on a step.
    if (offset / 2 < area.steps.size()) return &area.steps[offset / 2];
  }
  return nullptr;
}

bool Interpreter::fetch(u64 pc, Step& step) {
  u64 unreachable = 0;
  const std::optional<Decoded> decoded = riscv64::fetch(hart.memory, pc, unreachable);
  if (!decoded) {
    hart.stop = {StopKind::fault, Access::execute, unreachable};
    return false;
  }
  step.decoded = *decoded;
  step.evaluate = step.decoded.row ? table_[index_of(*step.decoded.row)] : illegal_;
  return true;
}

std::optional<Decoded> Interpreter::at(u64 pc) {
  if (const Step* known = find(pc); known && known->evaluate) return known->decoded;
  Step step;
  if (!fetch(pc, step)) return std::nullopt;
  return step.decoded;
}

Stop Interpreter::run(Budget budget) {
  Steps* area = nullptr;
  for (u64 left = budget.instructions;; --left) {
    const u64 pc = hart.state.words[pc_word];
    if (pc == code_end_) return hart.stop = {.kind = StopKind::end};
    if (left == 0) return hart.stop = {.kind = StopKind::budget};
    Step* step = nullptr;
    if (area && (pc - area->address) / 2 < area->steps.size()) {
      step = &area->steps[(pc - area->address) / 2];
    } else if ((step = find(pc))) {
      area = &*std::ranges::find_if(executable_, [&](const Steps& s) { return (pc - s.address) / 2 < s.steps.size(); });
    } else {
      return hart.stop = {StopKind::fault, Access::execute, pc};
    }
    if (!step->evaluate) {
      if (!fetch(pc, *step)) return hart.stop;
      // What lies across two areas is not kept: a change of the other area would not find it.
      if ((pc - area->address) / 2 + step->decoded.length / 2 > area->steps.size()) {
        across_ = *step;
        step->evaluate = nullptr;
        step = &across_;
      }
    }
    if (!step->evaluate(hart, step->decoded)) return hart.stop;
    if (hart.code_written) [[unlikely]] {
      code_changed(*hart.code_written);
      hart.code_written.reset();
    }
  }
}

}  // namespace diptych::riscv64
