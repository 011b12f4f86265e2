// Which files of the host a guest may reach. Every path goes through here, and is resolved by the kernel
// under a directory that was granted: neither links nor ".." nor a race lead out of it.
#pragma once

#include "engine/linux/host_file.hpp"
#include "engine/linux/refusals.hpp"
#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::linux_guest {

class Grants {
 public:
  /// The guest's / is this directory of the host.
  static Result<Grants> root(const std::string& directory);
  /// These directories, under their own paths. Nothing else exists for the guest.
  static Result<Grants> directories(std::span<const std::string> directories);

  template <class T>
  using Answer = std::expected<T, int>;  ///< the error: a number of the host, or a refusal

  /// Opens a path as openat2 does, with these flags. `base` is the host's descriptor of the directory that
  /// a relative path begins at. What the host keeps in /proc is not granted by any directory: it would be
  /// Diptych's own process, memory included.
  Answer<HostFile> open(int base, std::string_view path, u64 flags, u64 mode = 0) const;

  /// The directory a path's last component lies in, and that component, for calls that make or remove it.
  struct Place {
    HostFile directory;
    std::string name;
  };
  Answer<Place> place(int base, std::string_view path) const;

  /// The guest's absolute path of an open directory or file.
  Answer<std::string> path_of(int file) const;
  /// The same for a path of the host, which the guest need not be able to reach.
  std::string guest_path(std::string_view host_path) const;

  /// Where a process begins: the host's current directory, if it is granted; else the first that is.
  Result<HostFile> first_directory() const;

 private:
  struct Grant {
    std::string path;  // of the host, without links; "" for /
    HostFile directory;
  };
  struct Located {
    const Grant* grant;
    std::string rest;  // relative to the grant
  };

  Result<void> add(const std::string& directory);
  Answer<Located> locate(int base, std::string_view path) const;
  const Grant* holding(std::string_view host_path) const;
  bool leads_to_grant(std::string_view host_path) const;

  std::vector<Grant> grants_;
  bool root_ = false;
};

}  // namespace diptych::linux_guest
