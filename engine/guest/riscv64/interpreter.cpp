#include "engine/guest/riscv64/interpreter.hpp"

#include "engine/guest/accesses.hpp"
#include "engine/guest/riscv64/fetch.hpp"

#include <algorithm>

namespace diptych::riscv64 {

void Interpreter::bind(std::span<const Area> areas, u64 code_end) {
  hart.memory.bind(areas);
  decode_areas(areas, code_end);
}

void Interpreter::bind(Window& window, std::span<const Area> areas, u64 code_end) {
  hart.memory.bind(window, areas);
  decode_areas(areas, code_end);
}

void Interpreter::decode_areas(std::span<const Area> areas, u64 code_end) {
  hart.code_written.reset();
  code_end_ = code_end;
  in_window_ = false;
  pages_.clear();
  recent_pages_.fill(nullptr);
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

void Interpreter::bind(Window& window) {
  hart.memory.bind(window);
  hart.code_written.reset();
  executable_.clear();
  pages_.clear();
  recent_pages_.fill(nullptr);
  in_window_ = true;
  // An odd address, which no PC is.
  code_end_ = 1;
}

void Interpreter::forget(Steps& steps, Range range) {
  // An instruction that begins two bytes before may reach into the range. Either may end at the last address.
  const u64 first = range.address - 2, size = range.size + 2, there = steps.steps.size() * 2;
  const u64 into = first - steps.address, before = steps.address - first;
  u64 begin = 0, end = 0;
  if (into < there) {
    begin = into;
    end = into + std::min(size, there - into);
  } else if (before < size) {
    end = std::min(there, size - before);
  }
  for (u64 offset = begin / 2 * 2; offset < end; offset += 2) steps.steps[offset / 2].evaluate = nullptr;
}

void Interpreter::code_changed(Range range) {
  if (range.size == 0) return;
  for (Steps& area : executable_) forget(area, range);
  if (pages_.empty()) return;
  // Pages that lie in the range as a whole may have gone, and are decoded anew where they have not.
  const u64 end = range.address + range.size;
  const u64 first = (range.address - std::min<u64>(range.address, 2)) / page_size, last = (end - 1) / page_size;
  const auto forget_page = [&](auto page) {
    const u64 number = page->first;
    const bool whole = number * page_size >= range.address && (number + 1) * page_size <= end;
    if (!whole) {
      forget(page->second, range);
      return std::next(page);
    }
    recent_pages_[number % recent_pages_.size()] = nullptr;
    return pages_.erase(page);
  };
  if (last - first < pages_.size()) {
    for (u64 number = first; number <= last; ++number)
      if (const auto page = pages_.find(number); page != pages_.end()) forget_page(page);
  } else {
    for (auto page = pages_.begin(); page != pages_.end();)
      page = page->first - first <= last - first ? forget_page(page) : std::next(page);
  }
}

void Interpreter::stop_at(const StopPoints* points) {
  if (points == points_) return;
  points_ = points;
  for (Steps& area : executable_) std::ranges::fill(area.steps, Step{});
  pages_.clear();
  recent_pages_.fill(nullptr);
}

Interpreter::Steps* Interpreter::find_page(u64 pc) {
  const u64 number = pc / page_size;
  Steps*& recent = recent_pages_[number % recent_pages_.size()];
  if (recent && recent->address == number * page_size) return recent;
  auto found = pages_.find(number);
  if (found == pages_.end()) {
    if (!hart.memory.reach(pc, 1, Access::execute)) return nullptr;
    found = pages_.emplace(number, Steps{number * page_size, std::vector<Step>(page_size / 2)}).first;
  }
  return recent = &found->second;
}

Interpreter::Steps* Interpreter::find(u64 pc) {
  if (in_window_) return find_page(pc);
  for (Steps& area : executable_)
    if (area.holds(pc)) return &area;
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
  if (Steps* area = find(pc))
    if (const Step& known = area->at(pc); known.evaluate) return known.decoded;
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
    if (!area || !area->holds(pc)) [[unlikely]] {
      area = find(pc);
      if (!area && stops_at(pc)) return intercepted(pc);
      if (!area) return hart.stop = {StopKind::fault, Access::execute, pc};
    }
    Step* step = &area->at(pc);
    if (!step->evaluate) [[unlikely]] {
      if (stops_at(pc)) return intercepted(pc);
      if (!fetch(pc, *step)) return hart.stop;
      // What lies across two areas is not kept: a change of the other area would not find it.
      if (!in_window_ && (pc - area->address) / 2 + step->decoded.length / 2 > area->steps.size()) {
        across_ = *step;
        step->evaluate = nullptr;
        step = &across_;
      }
    }
    if (!step->evaluate(hart, step->decoded)) return told_apart(hart);
    if (hart.code_written) [[unlikely]] {
      code_changed(*hart.code_written);
      hart.code_written.reset();
    }
  }
}

Stop Interpreter::step(const PassedStops& passed) {
  const u64 pc = hart.state.words[pc_word];
  if (pc == code_end_) return hart.stop = {.kind = StopKind::end};
  if (!passed.stop_point && stops_at(pc)) return intercepted(pc);
  Step step;
  if (Steps* area = find(pc)) step = area->at(pc);
  if (!step.evaluate && !fetch(pc, step)) return hart.stop;
  const PassingAccesses passing(hart.memory, passed);
  if (!step.evaluate(hart, step.decoded)) return told_apart(hart);
  if (hart.code_written) {
    code_changed(*hart.code_written);
    hart.code_written.reset();
  }
  return hart.stop = {.kind = StopKind::budget};
}

}  // namespace diptych::riscv64
