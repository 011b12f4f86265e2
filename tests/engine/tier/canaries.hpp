// Memory of the host's directly before and behind every reserved run of addresses, as far as it is free there.
#pragma once

#include "engine/machine/integers.hpp"
#include "tests/catch.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <span>
#include <vector>

namespace diptych {

/// Full of one byte, which no access of a guest should ever read, let alone change.
class Canaries {
 public:
  static constexpr u8 byte = 0xc5;

  using Reserved = std::vector<std::pair<u64, u64>>;

  /// Every run of addresses, larger than any memory, that this process keeps without access.
  static Reserved reserved() {
    std::FILE* const maps = std::fopen("/proc/self/maps", "r");
    REQUIRE(maps);
    Reserved found;
    char line[512];
    while (std::fgets(line, sizeof line, maps)) {
      unsigned long begin = 0, end = 0;
      char rights[5] = {};
      if (std::sscanf(line, "%lx-%lx %4s", &begin, &end, rights) == 3 && rights[0] == '-' && end - begin > (u64{1} << 31))
        found.emplace_back(begin, end);
    }
    std::fclose(maps);
    return found;
  }

  /// Around what was reserved since `before`: a sanitizer keeps addresses of its own, and lets no one near them.
  Canaries(const Reserved& before, u64 size) {
    for (const auto& one : reserved()) {
      if (std::ranges::find(before, one) != before.end()) continue;
      place(one.first - size, size);
      place(one.second, size);
    }
  }
  Canaries(const Canaries&) = delete;
  Canaries& operator=(const Canaries&) = delete;
  ~Canaries() {
    for (const std::span<u8> one : placed_) munmap(one.data(), one.size());
  }

  std::size_t count() const { return placed_.size(); }
  bool untouched() const {
    return std::ranges::all_of(placed_, [](std::span<const u8> one) {
      return one.front() == byte && std::memcmp(one.data(), one.data() + 1, one.size() - 1) == 0;
    });
  }

 private:
  void place(u64 address, u64 size) {
    void* const at = mmap(reinterpret_cast<void*>(address), size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (at == MAP_FAILED) return;
    std::memset(at, byte, size);
    placed_.push_back({static_cast<u8*>(at), size});
  }

  std::vector<std::span<u8>> placed_;
};

}  // namespace diptych
