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

// Where two outcomes differ, before it is put into words.
struct Spot {
  DifferenceKind kind;
  const Register* reg = nullptr;
  std::size_t word = 0;           // of the state
  const MemoryView* left = nullptr;  // memory
  const MemoryView* right = nullptr;
  std::size_t first = 0, end = 0;  // bytes of it
};

// Visits each difference in the order reports print it, until one visit returns false.
template <class Visit>
void each_difference(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask, Visit visit) {
  if (mask.everything || same_statement_of_no_end(left, right)) return;
  if (left.stop != right.stop && !visit(Spot{.kind = DifferenceKind::stop})) return;
  const std::size_t words = state_words(guest);
  if (std::memcmp(left.state.words.data(), right.state.words.data(), words * sizeof(u64)) != 0) {
    std::bitset<GuestState::capacity> named;
    for (const Register& r : registers_of(guest)) {
      named.set(r.word);
      if (left.state.words[r.word] == right.state.words[r.word] || mask.words[r.word]) continue;
      if (!visit(Spot{.kind = kind_of(r.kind), .reg = &r, .word = r.word})) return;
    }
    // Words without a register, such as x0, hold the same in every state of the guest.
    for (std::size_t i = 0; i < words; ++i)
      if (!named[i] && left.state.words[i] != right.state.words[i] && !mask.words[i])
        if (!visit(Spot{.kind = DifferenceKind::general, .word = i})) return;
  }
  bool going_on = true;
  each_view(left, right, [&](const MemoryView& a, const MemoryView& b) {
    if (!going_on || same_bytes(a, b)) return;
    const auto differs = [&](std::size_t i) { return a.bytes[i] != b.bytes[i] && !masked(mask, a.address + i); };
    for (std::size_t i = 0; i < a.bytes.size() && going_on; ++i) {
      if (!differs(i)) continue;
      const std::size_t first = i;
      while (i < a.bytes.size() && i - first < 16 && differs(i)) ++i;
      going_on = visit(Spot{.kind = DifferenceKind::memory, .left = &a, .right = &b, .first = first, .end = i});
      --i;
    }
  });
  if (going_on && left.retired && right.retired && *left.retired != *right.retired) visit(Spot{.kind = DifferenceKind::retired});
}

Difference written_out(const Spot& spot, const Outcome& left, const Outcome& right) {
  switch (spot.kind) {
    case DifferenceKind::stop: return {spot.kind, "stop", 0, describe(left.stop), describe(right.stop)};
    case DifferenceKind::retired:
      return {spot.kind, "retired", 0, std::to_string(*left.retired), std::to_string(*right.retired)};
    case DifferenceKind::memory: {
      const u64 address = spot.left->address + spot.first;
      const auto bytes = [&](const MemoryView& view) { return hex(view.bytes.subspan(spot.first, spot.end - spot.first)); };
      return {spot.kind, fmt::format("memory {:#x}", address), address, bytes(*spot.left), bytes(*spot.right)};
    }
    default: break;
  }
  const int width = (spot.reg ? spot.reg->bits : 64) / 4 + 2;
  const auto value = [&](const Outcome& outcome) { return fmt::format("{:#0{}x}", outcome.state.words[spot.word], width); };
  return {spot.kind, spot.reg ? std::string(spot.reg->name) : fmt::format("word {}", spot.word), 0, value(left), value(right)};
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
    case DifferenceKind::crash: return "crash";
  }
  return "unknown";
}

bool agree(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask) {
  bool same = true;
  each_difference(guest, left, right, mask, [&](const Spot&) { return same = false; });
  return same;
}

std::vector<Difference> differences(Guest guest, const Outcome& left, const Outcome& right, const Mask& mask) {
  std::vector<Difference> found;
  each_difference(guest, left, right, mask, [&](const Spot& spot) {
    found.push_back(written_out(spot, left, right));
    return true;
  });
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
