// Files that a guest finds without a grant: a few devices, and what /proc tells a process of itself. They are found by
// their names alone, before any grant is asked; links on the way to them are not followed.
#pragma once

#include "engine/linux/process.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::linux_guest {

struct SpecialFile {
  enum class Kind : u8 { directory, device, text, program, descriptor, link };

  Kind kind = Kind::directory;
  std::string path;    ///< the host's path of its counterpart, for what is asked without opening it
  std::string target;  ///< where a link leads
  u64 number = 0;      ///< of a descriptor
};

/// `base` is the special directory that a relative path begins at; empty where it begins elsewhere.
std::optional<SpecialFile> find_special_file(std::string_view base, std::string_view path, bool follow);

template <class T>
using SpecialAnswer = std::expected<T, int>;  ///< the error: a number of the host, or a refusal

/// Opens one as openat does. A descriptor is shared, as by dup.
SpecialAnswer<std::shared_ptr<OpenFile>> open_special_file(Process& process, const SpecialFile& file, u64 flags);

/// A descriptor to ask the host about it, never to be the guest's.
SpecialAnswer<HostFile> inspect_special_file(Process& process, const SpecialFile& file, bool follow);

/// Where it leads, as readlink tells.
SpecialAnswer<std::string> special_link(Process& process, const SpecialFile& file);

/// The names in a special directory with their types (DT_DIR and so on), "." and ".." included.
struct SpecialName {
  std::string name;
  u8 type = 0;
};
std::vector<SpecialName> special_names(Process& process, std::string_view directory);

}  // namespace diptych::linux_guest
