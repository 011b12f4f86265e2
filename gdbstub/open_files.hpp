// Files the debugger has open: those the target shows it, and what Linux tells of a process in /proc.
#pragma once

#include "gdbstub/target.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::gdb {

class OpenFiles {
 public:
  static constexpr std::size_t most = 64;

  /// A number for it, or nothing: too many are open.
  std::optional<u64> add(std::vector<u8> content);

  /// nullptr: not open.
  const std::vector<u8>* find(u64 number) const;
  bool close(u64 number) { return all_.erase(number) != 0; }
  void clear() { all_.clear(); }

 private:
  std::map<u64, std::vector<u8>> all_;
};

/// What is read where the debugger asks for this path: a file that the target grants, or one in the /proc of
/// its process. Nothing: there is none.
std::optional<std::vector<u8>> content_of(const Target& target, std::string_view path);

/// Where a symbolic link of that /proc leads; nothing: it is none.
std::optional<std::string> link_at(const Target& target, std::string_view path);

}  // namespace diptych::gdb
