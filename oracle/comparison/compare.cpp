#include "oracle/comparison/compare.hpp"

#include "engine/memory/changed_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diptych {
namespace {

bool same_statement_of_no_end(const Outcome& left, const Outcome& right) {
  auto endless = [](const Outcome& o) { return o.stop.kind == StopKind::budget || o.stop.kind == StopKind::runaway; };
  return endless(left) && endless(right) && left.stop.kind != right.stop.kind;
}

DifferenceKind kind_of(RegisterClass kind) {
  switch (kind) {
    case RegisterClass::program_counter: return DifferenceKind::program_counter;
    case RegisterClass::general: return DifferenceKind::general;
    case RegisterClass::floating: return DifferenceKind::floating;
    case RegisterClass::control: return DifferenceKind::control;
  }
  return DifferenceKind::general;
}

bool masked(const Mask& mask, u64 address) { return std::ranges::binary_search(mask.memory, address); }

bool same_bytes(const MemoryView& a, const MemoryView& b) {
  if (a.changed.empty() || a.changed.size() != b.changed.size())
    return std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
  return std::ranges::equal(a.changed, b.changed) &&
         all_of_lines(a.changed, a.bytes.size(), [&](u64 offset, u64 size) {
           return std::memcmp(a.bytes.data() + offset, b.bytes.data() + offset, size) == 0;
         });
}

// Calls back with each pair of views that both outcomes have.
template <class Visit>
void each_view(const Outcome& left, const Outcome& right, Visit visit) {
  const std::size_t count = std::min(left.memory.size(), right.memory.size());
  for (std::size_t i = 0; i < count; ++i) {
    const MemoryView &a = left.memory[i], &b = right.memory[i];
    if (a.address == b.address && a.bytes.size() == b.bytes.size()) visit(a, b);
  }
}

std::string hex(std::span<const u8> bytes) {
  std::string text;
  for (u8 byte : bytes) text += fmt::format("{}{:02x}", text.empty() ? "" : " ", byte);
  return text;
}

}  // namespace

std::string_view name_of(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::stop: return "stop";
    case DifferenceKind::program_counter: return "pc";
    case DifferenceKind::general: return "register";
    case DifferenceKind::floating: return "float";
    case DifferenceKind::control: return "control";
    case DifferenceKind::memory: return "memory";
    case DifferenceKind::retired: return "retired";
  }
  return "unknown";
}

bool agree(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask) {
  if (mask.everything || same_statement_of_no_end(left, right)) return true;
  if (left.stop != right.stop) return false;
  if (left.retired && right.retired && *left.retired != *right.retired) return false;
  const std::size_t words = state_words(guest);
  if (std::memcmp(left.state.words.data(), right.state.words.data(), words * sizeof(u64)) != 0) {
    if (mask.words.none()) return false;
    for (std::size_t i = 0; i < words; ++i)
      if (left.state.words[i] != right.state.words[i] && !mask.words[i]) return false;
  }
  bool same = true;
  each_view(left, right, [&](const MemoryView& a, const MemoryView& b) {
    if (!same || same_bytes(a, b)) return;
    for (std::size_t i = 0; i < a.bytes.size() && same; ++i)
      if (a.bytes[i] != b.bytes[i] && !masked(mask, a.address + i)) same = false;
  });
  return same;
}

std::vector<Difference> differences(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask) {
  std::vector<Difference> found;
  if (mask.everything || same_statement_of_no_end(left, right)) return found;
  if (left.stop != right.stop)
    found.push_back({DifferenceKind::stop, "stop", 0, describe(left.stop), describe(right.stop)});
  for (const Register& r : registers_of(guest)) {
    const u64 a = left.state.words[r.word], b = right.state.words[r.word];
    if (a == b || mask.words[r.word]) continue;
    const int digits = r.bits / 4;
    found.push_back({kind_of(r.kind), std::string(r.name), 0, fmt::format("{:#0{}x}", a, digits + 2),
                     fmt::format("{:#0{}x}", b, digits + 2)});
  }
  each_view(left, right, [&](const MemoryView& a, const MemoryView& b) {
    auto differs = [&](std::size_t i) { return a.bytes[i] != b.bytes[i] && !masked(mask, a.address + i); };
    for (std::size_t i = 0; i < a.bytes.size(); ++i) {
      if (!differs(i)) continue;
      std::size_t end = i + 1;
      while (end < a.bytes.size() && end - i < 16 && differs(end)) ++end;
      found.push_back({DifferenceKind::memory, fmt::format("memory {:#x}", a.address + i), a.address + i,
                       hex(a.bytes.subspan(i, end - i)), hex(b.bytes.subspan(i, end - i))});
      i = end - 1;
    }
  });
  if (left.retired && right.retired && *left.retired != *right.retired)
    found.push_back({DifferenceKind::retired, "retired", 0, std::to_string(*left.retired), std::to_string(*right.retired)});
  return found;
}

Fields fields_compared(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask) {
  Fields fields;
  const u64 registers = registers_of(guest).size();
  u64 words = 0;
  for (const MemoryView& view : left.memory) words += (view.bytes.size() + 7) / 8;
  fields.all = registers + words + 2;
  if (mask.everything || same_statement_of_no_end(left, right)) return fields;
  u64 paired = 0;
  each_view(left, right, [&](const MemoryView& a, const MemoryView&) { paired += (a.bytes.size() + 7) / 8; });
  fields.compared = registers - mask.words.count() + paired - std::min<u64>(paired, (mask.memory.size() + 7) / 8) + 1;
  if (left.retired && right.retired) ++fields.compared;
  return fields;
}

KeptOutcome::KeptOutcome(const Outcome& outcome) : outcome_(outcome) {
  bytes_.reserve(outcome.memory.size());
  for (MemoryView& view : outcome_.memory) {
    bytes_.emplace_back(view.bytes.begin(), view.bytes.end());
    view.bytes = bytes_.back();
    view.changed = {};
  }
}

bool KeptOutcome::read(u64 address, std::span<u8> bytes) const {
  for (const MemoryView& view : outcome_.memory) {
    const u64 offset = address - view.address;
    if (offset >= view.bytes.size() || view.bytes.size() - offset < bytes.size()) continue;
    std::memcpy(bytes.data(), view.bytes.data() + offset, bytes.size());
    return true;
  }
  return false;
}

}  // namespace diptych
