#include "engine/linux/calls/lookup.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <climits>

namespace diptych::linux_guest {
namespace {

/// The host's descriptor that a relative path begins at.
Answer<int> base_of(Process& p, int directory, std::string_view path) {
  if (directory == AT_FDCWD || path.starts_with('/')) return p.directory.number();
  const int host = p.files.host(static_cast<u32>(directory));
  if (host < 0) return std::unexpected(EBADF);
  return host;
}

/// Whether AT_EMPTY_PATH makes a call's subject the descriptor itself. Newer kernels take a null pointer for no path.
bool names_descriptor(Process& p, u64 address, int flags) {
  if (!(flags & AT_EMPTY_PATH)) return false;
  if (address == 0) return true;
  const Answer<std::string> path = path_at(p, address);
  return path && path->empty();
}

}  // namespace

Answer<std::string> path_at(Process& p, u64 address) {
  auto path = p.memory.text(address, PATH_MAX);
  if (path) return *path;
  return std::unexpected(p.memory.prefix(address, PATH_MAX, Access::read) == PATH_MAX ? ENAMETOOLONG : EFAULT);
}

Answer<HostFile> open_path(Process& p, int directory, u64 address, u64 flags, u64 mode) {
  const Answer<std::string> path = path_at(p, address);
  if (!path) return std::unexpected(path.error());
  const Answer<int> base = base_of(p, directory, *path);
  if (!base) return std::unexpected(base.error());
  return p.grants->open(*base, *path, flags, mode);
}

Answer<Grants::Place> place_at(Process& p, int directory, u64 address) {
  const Answer<std::string> path = path_at(p, address);
  if (!path) return std::unexpected(path.error());
  const Answer<int> base = base_of(p, directory, *path);
  if (!base) return std::unexpected(base.error());
  return p.grants->place(*base, *path);
}

Answer<HostFile> look_up(Process& p, int directory, u64 address, int flags) {
  if (!names_descriptor(p, address, flags)) return open_path(p, directory, address, O_PATH | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));
  const int host = directory == AT_FDCWD ? p.directory.number() : p.files.host(static_cast<u32>(directory));
  if (host < 0) return std::unexpected(EBADF);
  HostFile copy(fcntl(host, F_DUPFD_CLOEXEC, 3));
  if (!copy) return std::unexpected(errno);
  return copy;
}

std::optional<SpecialFile> special_file_at(Process& p, int directory, u64 address, bool follow) {
  const Answer<std::string> path = path_at(p, address);
  if (!path) return std::nullopt;
  const auto* base = directory == AT_FDCWD ? nullptr : p.files.find(static_cast<u32>(directory));
  return find_special_file(base ? std::string_view((*base)->special_directory) : std::string_view(), *path, follow);
}

Answer<HostFile> inspect(Process& p, int directory, u64 address, int flags) {
  const bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
  if (const auto special = special_file_at(p, directory, address, follow)) return inspect_special_file(p, *special, follow);
  return look_up(p, directory, address, flags);
}

Answer<HostFile> look_up_to_change(Process& p, int directory, u64 address, int flags) {
  if (names_descriptor(p, address, flags) && directory != AT_FDCWD)
    if (const Answer<int> own = own_file(p, static_cast<u32>(directory)); !own) return std::unexpected(own.error());
  return look_up(p, directory, address, flags);
}

Answer<int> own_file(Process& p, u64 number) {
  const auto* file = p.files.find(static_cast<u32>(number));
  if (!file) return std::unexpected(EBADF);
  if ((*file)->inherited) return std::unexpected(inherited_only);
  return (*file)->host.number();
}

std::string name_of(const HostFile& file) { return fmt::format("/proc/self/fd/{}", file.number()); }

}  // namespace diptych::linux_guest
