#include "engine/linux/grants.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace diptych::linux_guest {
namespace {

// Whether a path is a directory or lies below it. Both without a slash at their ends.
bool within(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

// A file moved while its path was resolved makes the kernel ask for another try.
constexpr int most_tries = 64;

int open_beneath(int directory, const std::string& path, u64 flags, u64 mode, u64 resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = resolve;
  for (int tries = 0;; ++tries) {
    const long opened = syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
    if (opened >= 0) return static_cast<int>(opened);
    if (errno != EAGAIN || tries == most_tries) return -errno;
  }
}

// The path of an open file, as the kernel knows it now.
std::expected<std::string, int> host_path_of(int file) {
  char path[PATH_MAX];
  const ssize_t length = readlink(fmt::format("/proc/self/fd/{}", file).c_str(), path, sizeof path);
  if (length < 0) return std::unexpected(errno);
  if (length == sizeof path) return std::unexpected(ENAMETOOLONG);
  std::string text(path, static_cast<std::size_t>(length));
  if (!text.starts_with('/') || text.ends_with(" (deleted)")) return std::unexpected(ENOENT);
  if (text == "/") text.clear();
  return text;
}

bool is_set_id_file(int file) {
  struct stat status{};
  if (::fstat(file, &status) < 0) return true;
  return S_ISREG(status.st_mode) && (status.st_mode & (S_ISUID | S_ISGID));
}

std::string shown(std::string path) { return path.empty() ? "/" : path; }

}  // namespace

Result<void> Grants::add(const std::string& directory) {
  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(directory.c_str(), nullptr), std::free);
  if (!resolved) return fail(ErrorKind::bad_input, fmt::format("the directory {} cannot be granted: {}", directory, std::strerror(errno)));
  std::string path = resolved.get();
  if (path == "/") path.clear();
  HostFile opened(::open(resolved.get(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return fail(ErrorKind::bad_input, fmt::format("the directory {} cannot be granted: {}", directory, std::strerror(errno)));
  if (const int tried = open_beneath(opened.number(), ".", O_PATH, 0, RESOLVE_BENEATH); tried < 0)
    return fail(ErrorKind::environment, fmt::format("this kernel cannot confine paths to a directory (openat2: {}); Linux 5.6 or later is needed", std::strerror(-tried)));
  else ::close(tried);
  // What lies in another granted directory is granted already.
  if (std::ranges::any_of(grants_, [&](const Grant& grant) { return within(path, grant.path); })) return {};
  std::erase_if(grants_, [&](const Grant& grant) { return within(grant.path, path); });
  grants_.push_back({std::move(path), std::move(opened)});
  return {};
}

Result<Grants> Grants::root(const std::string& directory) {
  Grants grants;
  grants.root_ = true;
  if (auto added = grants.add(directory); !added) return std::unexpected(std::move(added).error());
  return grants;
}

Result<Grants> Grants::directories(std::span<const std::string> directories) {
  Grants grants;
  for (const std::string& directory : directories)
    if (auto added = grants.add(directory); !added) return std::unexpected(std::move(added).error());
  return grants;
}

const Grants::Grant* Grants::holding(std::string_view host_path) const {
  const auto found = std::ranges::find_if(grants_, [&](const Grant& grant) { return within(host_path, grant.path); });
  return found == grants_.end() ? nullptr : &*found;
}

bool Grants::leads_to_grant(std::string_view host_path) const {
  return std::ranges::any_of(grants_, [&](const Grant& grant) { return within(grant.path, host_path); });
}

Grants::Answer<Grants::Located> Grants::locate(int base, std::string_view path) const {
  if (path.empty()) return std::unexpected(ENOENT);
  if (path.size() >= PATH_MAX) return std::unexpected(ENAMETOOLONG);
  // What is known to hold no link: where a relative path begins, and what leads to a grant. There ".."
  // can be taken back by hand; from the first other name on everything is the kernel's to resolve.
  std::string known;
  if (!path.starts_with('/')) {
    Answer<std::string> from = host_path_of(base);
    if (!from) return std::unexpected(from.error());
    if (!holding(*from)) return std::unexpected(not_granted);
    known = std::move(*from);
  } else if (root_) {
    return Located{&grants_.front(), std::string(path)};
  }
  if (root_) return Located{&grants_.front(), known.substr(grants_.front().path.size()) + "/" + std::string(path)};

  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    if (name == "..") {
      known.erase(std::min(known.size(), known.rfind('/')));
    } else if (!name.empty() && name != ".") {
      const std::string further = known + "/" + std::string(name);
      if (!leads_to_grant(further)) break;
      known = further;
    }
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  }
  const Grant* grant = holding(known);
  if (!grant) return std::unexpected(not_granted);
  std::string relative = "." + known.substr(grant->path.size());
  if (!rest.empty()) relative += "/" + std::string(rest);
  return Located{grant, std::move(relative)};
}

Grants::Answer<HostFile> Grants::open(int base, std::string_view path, u64 flags, u64 mode) const {
  Answer<Located> located = locate(base, path);
  if (!located) return std::unexpected(located.error());
  const int opened = open_beneath(located->grant->directory.number(), located->rest, flags, mode,
                                  (root_ ? RESOLVE_IN_ROOT : RESOLVE_BENEATH) | RESOLVE_NO_MAGICLINKS);
  if (opened == -EXDEV) return std::unexpected(not_granted);
  if (opened < 0) return std::unexpected(-opened);
  HostFile file(opened);
  struct statfs system{};
  if (::fstatfs(file.number(), &system) < 0) return std::unexpected(errno);
  if (system.f_type == PROC_SUPER_MAGIC) return std::unexpected(not_granted);
  // Who may set another's id on files keeps the bits of a file that it writes.
  if (!(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY && is_set_id_file(file.number())) return std::unexpected(no_set_id);
  return file;
}

Grants::Answer<Grants::Place> Grants::place(int base, std::string_view path) const {
  if (path.empty()) return std::unexpected(ENOENT);
  // Slashes at the end belong to the name: "new/" can be a directory only.
  const std::size_t last = path.find_last_not_of('/');
  if (last == std::string_view::npos) return std::unexpected(EBUSY);
  const std::size_t slash = path.substr(0, last).rfind('/');
  const std::string directory(slash == std::string_view::npos ? "." : path.substr(0, slash + 1));
  Answer<HostFile> opened = open(base, directory, O_PATH | O_DIRECTORY);
  if (!opened) return std::unexpected(opened.error());
  return Place{std::move(*opened), std::string(slash == std::string_view::npos ? path : path.substr(slash + 1))};
}

std::string Grants::guest_path(std::string_view host_path) const {
  if (root_ && within(host_path, grants_.front().path)) host_path.remove_prefix(grants_.front().path.size());
  return shown(std::string(host_path));
}

Grants::Answer<std::string> Grants::path_of(int file) const {
  Answer<std::string> path = host_path_of(file);
  if (!path) return std::unexpected(path.error());
  if (!holding(*path)) return std::unexpected(not_granted);
  return guest_path(*path);
}

Result<HostFile> Grants::first_directory() const {
  HostFile current(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (current && path_of(current.number())) return current;
  HostFile first(fcntl(grants_.front().directory.number(), F_DUPFD_CLOEXEC, 3));
  if (!first) return fail(ErrorKind::environment, fmt::format("no directory can be opened: {}", std::strerror(errno)));
  return first;
}

}  // namespace diptych::linux_guest
