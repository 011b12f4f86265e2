#include "oracle/comparison/kept_runs.hpp"

#include "engine/memory/changed_lines.hpp"
#include "oracle/comparison/compare.hpp"

#include <bit>
#include <cstring>

namespace diptych {

void KeptRuns::take_up(const Program& program) {
  initial_.prepare(program);
  writable_.clear();
  const std::span<const AreaPlan> areas = initial_.areas();
  for (std::size_t i = 0; i < areas.size(); ++i)
    if (allows(areas[i].access, Access::write)) writable_.push_back(i);
  count_ = 0;
  lines_.clear();
  shown_ = nullptr;
}

void KeptRuns::make_memory() {
  memory_.resize(writable_.size());
  for (std::size_t i = 0; i < writable_.size(); ++i) {
    const std::span<const u8> bytes = initial_.bytes(writable_[i]);
    memory_[i].assign(bytes.begin(), bytes.end());
  }
}

void KeptRuns::keep(const Outcome& outcome) {
  if (count_ == 0) make_memory();
  if (count_ == kept_.size()) kept_.emplace_back();
  Kept& kept = kept_[count_++];
  kept.first_line = lines_.size();
  kept.outcome.stop = outcome.stop;
  kept.outcome.state = outcome.state;
  kept.outcome.retired = outcome.retired;
  kept.outcome.memory.clear();
  for (std::size_t i = 0; i < writable_.size(); ++i) {
    const MemoryView& view = outcome.memory[i];
    std::span<const u64> changed = view.changed;
    if (changed.empty()) {
      changed_.resize(words_of_lines(view.bytes.size()));
      find_changed_lines(view.bytes, initial_.bytes(writable_[i]), changed_);
      changed = changed_;
    }
    all_of_lines(changed, view.bytes.size(), [&](u64 offset, u64 size) {
      Line& line = lines_.emplace_back(i, offset, size);
      std::memcpy(line.bytes.data(), view.bytes.data() + offset, size);
      return true;
    });
    kept.outcome.memory.push_back({view.address, memory_[i]});
  }
  kept.end_line = lines_.size();
}

void KeptRuns::put_back() {
  if (!shown_) return;
  for (std::size_t i = shown_->first_line; i < shown_->end_line; ++i) {
    const Line& line = lines_[i];
    std::memcpy(memory_[line.area].data() + line.offset, initial_.bytes(writable_[line.area]).data() + line.offset, line.size);
  }
}

const Outcome& KeptRuns::show(std::size_t number) {
  put_back();
  shown_ = &kept_[number];
  for (std::size_t i = shown_->first_line; i < shown_->end_line; ++i) {
    const Line& line = lines_[i];
    std::memcpy(memory_[line.area].data() + line.offset, line.bytes.data(), line.size);
  }
  return shown_->outcome;
}

// Nothing but lines need be looked at where the other says which of them it changed.
bool KeptRuns::same_lines(const Kept& kept, const Outcome& other) const {
  std::size_t changed = 0;
  for (const MemoryView& view : other.memory) {
    if (view.changed.empty()) return false;
    for (const u64 word : view.changed) changed += std::size_t(std::popcount(word));
  }
  if (changed != kept.end_line - kept.first_line) return false;
  for (std::size_t i = kept.first_line; i < kept.end_line; ++i) {
    const Line& line = lines_[i];
    const MemoryView& view = other.memory[line.area];
    const u64 number = line.offset / line_size;
    if (!(view.changed[number / 64] >> (number % 64) & 1)) return false;
    if (std::memcmp(view.bytes.data() + line.offset, line.bytes.data(), line.size) != 0) return false;
  }
  return true;
}

bool KeptRuns::agrees(Guest guest, std::size_t number, const Outcome& other) {
  const Kept& kept = kept_[number];
  if (kept.outcome.stop == other.stop && kept.outcome.retired == other.retired && other.memory.size() == writable_.size() &&
      std::memcmp(kept.outcome.state.words.data(), other.state.words.data(), state_words(guest) * sizeof(u64)) == 0 &&
      same_lines(kept, other))
    return true;
  return agree(guest, show(number), other);
}

}  // namespace diptych
