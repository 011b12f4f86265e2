// Registers put aside by a debugger that is about to call a function of the guest.
#pragma once

#include "engine/machine/integers.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace diptych::gdb {

class SavedRegisters {
 public:
  // Calls nest, but not like this; the oldest are forgotten.
  static constexpr std::size_t most = 256;

  /// The number by which they are asked for.
  u64 put(std::vector<u8> values) {
    if (all_.size() == most) all_.erase(all_.begin());
    all_.emplace(++last_, std::move(values));
    return last_;
  }

  /// Once.
  std::optional<std::vector<u8>> take(u64 number) {
    auto node = all_.extract(number);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }

  void clear() { all_.clear(); }

 private:
  std::map<u64, std::vector<u8>> all_;
  u64 last_ = 0;
};

}  // namespace diptych::gdb
