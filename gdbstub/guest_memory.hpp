// A case's memory as the debugger reaches it: by areas, whatever rights the guest has.
#pragma once

#include "corpus/case.hpp"
#include "engine/memory/areas.hpp"

#include <span>
#include <vector>

namespace diptych::gdb {

class GuestMemory {
 public:
  /// As it is before the first instruction. Where the bytes lie does not change when this is repeated
  /// for the same case.
  void prepare(const Case& some);

  /// For the machine that runs the guest.
  std::span<const Area> areas() const { return areas_; }

  /// How many bytes could be read from the front.
  std::size_t read(u64 address, std::span<u8> bytes) const;

  /// All or nothing.
  bool write(u64 address, std::span<const u8> bytes);

 private:
  // The host bytes of an address up to the end of its area; empty where there is no memory.
  std::span<u8> host_from(u64 address) const;

  InitialMemory initial_;
  std::vector<std::vector<u8>> backing_;
  std::vector<Area> areas_;
};

}  // namespace diptych::gdb
