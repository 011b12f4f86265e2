// A set of addresses to stop at, of which it costs one load to ask whether it holds one.
#pragma once

#include "engine/machine/integers.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace diptych {

class StopPoints {
 public:
  static constexpr std::size_t most = 65536;

  /// False if there are too many already. One that is there already is there once.
  bool insert(u64 address);
  void erase(u64 address);
  void clear();

  bool empty() const { return sorted_.empty(); }
  std::span<const u64> addresses() const { return sorted_; }  ///< ascending
  bool has(u64 address) const { return sharing_[place_of(address)] != 0 && search(address); }

 private:
  // Instructions that follow each other never share a place.
  static constexpr std::size_t places = 4096;
  static std::size_t place_of(u64 address) { return address / 2 % places; }

  bool search(u64 address) const;

  std::array<u32, places> sharing_{};  // how many have this place
  std::vector<u64> sorted_;
};

}  // namespace diptych
