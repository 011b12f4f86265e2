// Guest memory as a system call sees it: ranges that must permit an access, and values copied in and out.
#pragma once

#include "engine/tier/tier.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace diptych::linux_guest {

class GuestMemory {
 public:
  GuestMemory(Window& window, Tier& tier) : window_(window), tier_(tier) {}

  /// How many of `size` bytes, from the first on, permit the access.
  u64 prefix(u64 address, u64 size, Access access) const;

  /// Host bytes of the whole range, or nullptr where a byte does not permit the access. Those given out
  /// for writing are written: what was made from code there is forgotten.
  u8* reach(u64 address, u64 size, Access access);

  template <class T>
  std::optional<T> read(u64 address) {
    const u8* host = reach(address, sizeof(T), Access::read);
    if (!host) return std::nullopt;
    T value;
    std::memcpy(&value, host, sizeof(T));
    return value;
  }

  /// False: it does not permit to be written.
  template <class T>
  bool write(u64 address, const T& value) {
    u8* host = reach(address, sizeof(T), Access::write);
    if (host) std::memcpy(host, &value, sizeof(T));
    return host;
  }

  /// A string that a zero byte ends. Nothing where it is not readable up to there, or longer than `most`.
  std::optional<std::string> text(u64 address, u64 most) const;

  /// Appends each range that is given out for writing, from now on. nullptr: no more.
  void note_writes(std::vector<Range>* to) { noted_ = to; }

 private:
  Window& window_;
  Tier& tier_;
  std::vector<Range>* noted_ = nullptr;
};

}  // namespace diptych::linux_guest
