#include "corpus/sparse_bytes.hpp"

#include <algorithm>

namespace diptych {
namespace {

void append(std::vector<Bytes>& runs, u64 address, std::span<const u8> bytes) {
  if (runs.empty() || runs.back().address + runs.back().bytes.size() != address) runs.push_back({address, {}});
  runs.back().bytes.insert(runs.back().bytes.end(), bytes.begin(), bytes.end());
}

}  // namespace

// Text names neighbouring bytes one after the other, so the last line is nearly always the right one.
SparseBytes::Line& SparseBytes::line_of(u64 address) {
  const u64 first = address & ~(line_size - 1);
  if (last_ == lines_.end() || last_->first != first) last_ = lines_.try_emplace(first).first;
  return last_->second;
}

bool SparseBytes::say(u64 address, u8 value) {
  Line& line = line_of(address);
  const std::size_t index = address % line_size;
  const bool before = (line.said >> index & 1) != 0;
  if (before && line.bytes[index] != value) return false;
  line.bytes[index] = value;
  line.said = u16(line.said | 1u << index);
  return true;
}

void SparseBytes::lay(const Bytes& some) {
  u64 address = some.address;
  for (u8 value : some.bytes) {
    Line& line = line_of(address);
    line.bytes[address % line_size] = value;
    line.said = u16(line.said | 1u << address % line_size);
    ++address;
  }
}

std::vector<Bytes> SparseBytes::runs() const {
  std::vector<Bytes> runs;
  for (const auto& [first, line] : lines_)
    for (std::size_t i = 0; i < line_size; ++i)
      if (line.said >> i & 1) {
        if ((first + i) % page_size == 0) runs.push_back({first + i, {}});
        append(runs, first + i, std::span(line.bytes).subspan(i, 1));
      }
  return runs;
}

Bytes SparseBytes::line(u64 address) const {
  const auto at = lines_.find(address);
  const std::array<u8, line_size> bytes = at == lines_.end() ? std::array<u8, line_size>{} : at->second.bytes;
  return {address, {bytes.begin(), bytes.end()}};
}

std::vector<Bytes> SparseBytes::nonzero_lines(u64 first, u64 size) const {
  std::vector<Bytes> runs;
  for (auto at = lines_.lower_bound(first); at != lines_.end() && at->first - first < size; ++at)
    if (std::ranges::any_of(at->second.bytes, [](u8 byte) { return byte != 0; }))
      append(runs, at->first, at->second.bytes);
  return runs;
}

}  // namespace diptych
