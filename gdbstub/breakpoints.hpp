// A set of breakpoint addresses that costs one load to ask while the guest runs.
#pragma once

#include "engine/machine/integers.hpp"
#include "gdbstub/target.hpp"

#include <array>
#include <optional>
#include <vector>

namespace diptych::gdb {

class Breakpoints {
 public:
  static constexpr std::size_t most = 65536;

  /// False if there are too many already.
  bool insert(BreakpointKind kind, u64 address);
  void remove(BreakpointKind kind, u64 address);
  void clear();

  bool empty() const { return software_.empty() && hardware_.empty(); }

  /// The kind of breakpoint there, a software one before a hardware one.
  std::optional<BreakpointKind> at(u64 address) const {
    const std::size_t hash = hash_of(address);
    if ((filter_[hash / 64] >> (hash % 64) & 1) == 0) [[likely]]
      return std::nullopt;
    return search(address);
  }

 private:
  // One bit for each value of the low bits of half the address: consecutive instructions never collide.
  static constexpr std::size_t filter_bits = 4096;
  static std::size_t hash_of(u64 address) { return address / 2 % filter_bits; }

  std::optional<BreakpointKind> search(u64 address) const;
  std::vector<u64>& of(BreakpointKind kind) { return kind == BreakpointKind::software ? software_ : hardware_; }

  std::array<u64, filter_bits / 64> filter_{};
  std::vector<u64> software_;  // both sorted
  std::vector<u64> hardware_;
};

}  // namespace diptych::gdb
