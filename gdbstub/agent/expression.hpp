// The debugger's bytecode: conditions of breakpoints and what is to be printed there, evaluated beside the
// guest instead of a halt each time.
#pragma once

#include "engine/machine/integers.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diptych::gdb::agent {

using Expression = std::vector<u8>;

/// What an expression may ask of the guest, and where it prints.
class Surroundings {
 public:
  virtual ~Surroundings() = default;

  /// Of at most 64 bits; nothing where there is no such register.
  virtual std::optional<u64> read_register(u64 number) = 0;
  /// All bytes, or false.
  virtual bool read_memory(u64 address, std::span<u8> bytes) = 0;
  virtual void print(std::string_view text) = 0;
};

/// The value on top when it ended; 0 if it left none. Nothing where it cannot be evaluated: it is malformed,
/// runs on for too long, divides by zero, or asks for what is not there. Bytes of memory are little-endian.
std::optional<u64> evaluate(std::span<const u8> expression, Surroundings& surroundings);

}  // namespace diptych::gdb::agent
