#include "engine/linux/special_files.hpp"

#include "engine/linux/process_texts.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace diptych::linux_guest {
namespace {

using Kind = SpecialFile::Kind;

struct Entry {
  std::string_view directory, name;
  Kind kind;
  std::string_view target = "";
  u32 major = 0, minor = 0;
  std::string (*text)(const Process&) = nullptr;
};

// A descriptor's names are its numbers, below descriptors_directory.
constexpr std::string_view descriptors_directory = "/proc/self/fd";
constexpr Entry entries[] = {
    {"", "dev", Kind::directory},
    {"/dev", "null", Kind::device, "", 1, 3},
    {"/dev", "zero", Kind::device, "", 1, 5},
    {"/dev", "full", Kind::device, "", 1, 7},
    {"/dev", "random", Kind::device, "", 1, 8},
    {"/dev", "urandom", Kind::device, "", 1, 9},
    {"/dev", "tty", Kind::device, "", 5, 0},
    {"/dev", "fd", Kind::link, "/proc/self/fd"},
    {"/dev", "stdin", Kind::link, "/proc/self/fd/0"},
    {"/dev", "stdout", Kind::link, "/proc/self/fd/1"},
    {"/dev", "stderr", Kind::link, "/proc/self/fd/2"},
    {"", "proc", Kind::directory},
    {"/proc", "self", Kind::directory},
    {"/proc/self", "cmdline", Kind::text, "", 0, 0, command_line_text},
    {"/proc/self", "exe", Kind::program},
    {"/proc/self", "fd", Kind::directory},
    {"/proc/self", "maps", Kind::text, "", 0, 0, maps_text},
    {"/proc/self", "status", Kind::text, "", 0, 0, status_text},
};

const Entry* find_entry(std::string_view directory, std::string_view name) {
  const auto found = std::ranges::find_if(entries, [&](const Entry& entry) { return entry.directory == directory && entry.name == name; });
  return found == std::end(entries) ? nullptr : found;
}

const Entry* entry_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? nullptr : find_entry(path.substr(0, slash), path.substr(slash + 1));
}

std::optional<u64> decimal(std::string_view text) {
  u64 number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return number;
}

bool is_directory(std::string_view path) {
  const Entry* entry = entry_of(path);
  return path.empty() || (entry && entry->kind == Kind::directory);
}

std::expected<HostFile, int> open_host(const std::string& path, int flags) {
  HostFile file(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY));
  if (!file) return std::unexpected(errno);
  return file;
}

std::string host_name(int host) { return fmt::format("/proc/self/fd/{}", host); }

std::shared_ptr<OpenFile> shared_file(HostFile host, bool may_wait, bool nonblocking, std::string directory = "") {
  auto file = std::make_shared<OpenFile>(std::move(host), may_wait, true, nonblocking);
  file->special_directory = std::move(directory);
  return file;
}

SpecialAnswer<std::shared_ptr<OpenFile>> open_device(const SpecialFile& file, u64 flags) {
  auto host = open_host(file.path, static_cast<int>(flags & (O_ACCMODE | O_APPEND | O_NONBLOCK)));
  if (!host) return std::unexpected(host.error());
  struct stat status{};
  const Entry* entry = entry_of(file.path);
  // What the host keeps under that name may be something else.
  if (::fstat(host->number(), &status) < 0 || !S_ISCHR(status.st_mode) || status.st_rdev != makedev(entry->major, entry->minor)) return std::unexpected(ENXIO);
  return shared_file(std::move(*host), true, flags & O_NONBLOCK);
}

// As it is now, in memory of its own that nobody can write any longer.
SpecialAnswer<std::shared_ptr<OpenFile>> open_text(const std::string& text) {
  const HostFile written(::memfd_create("text", MFD_CLOEXEC));
  if (!written || ::write(written.number(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fchmod(written.number(), 0444) < 0)
    return std::unexpected(errno);
  auto host = open_host(host_name(written.number()), O_RDONLY);
  if (!host) return std::unexpected(host.error());
  return shared_file(std::move(*host), false, false);
}

SpecialAnswer<std::shared_ptr<OpenFile>> open_descriptor(Process& p, u64 number, u64 flags) {
  const auto* file = p.files.find(number);
  if (!file) return std::unexpected(ENOENT);
  const int there = ::fcntl((*file)->host.number(), F_GETFL);
  if (there < 0) return std::unexpected(errno);
  const u64 wanted = flags & O_ACCMODE, given = static_cast<u64>(there) & O_ACCMODE;
  if (given != O_RDWR && wanted != given) return std::unexpected(EACCES);
  if (flags & O_TRUNC) {
    if ((*file)->inherited) return std::unexpected(inherited_only);
    if (::ftruncate((*file)->host.number(), 0) < 0) return std::unexpected(errno);
  }
  return *file;
}

}  // namespace

std::optional<SpecialFile> find_special_file(std::string_view base, std::string_view path, bool follow) {
  if (path.empty() || (path.front() != '/' && base.empty())) return std::nullopt;
  std::string at(path.front() == '/' ? "" : base);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    const bool last = path.find_first_not_of('/', end) == std::string_view::npos;
    begin = end + 1;
    if (name.empty() || name == ".") continue;
    // Only a directory has names below it, and only in one that is known here leads ".." back by hand.
    if (!is_directory(at)) return std::nullopt;
    if (name == "..") {
      at.erase(std::min(at.size(), at.rfind('/')));
      continue;
    }
    if (at == descriptors_directory) {
      const auto number = decimal(name);
      if (!number || !last || path.ends_with('/')) return std::nullopt;
      return SpecialFile{Kind::descriptor, fmt::format("{}/{}", at, *number), "", *number};
    }
    const bool own = at == "/proc" && name == std::to_string(getpid());
    const Entry* entry = find_entry(at, own ? "self" : name);
    if (!entry) return std::nullopt;
    at += "/" + std::string(entry->name);
    if (entry->kind != Kind::link) continue;
    if (last && !follow) return SpecialFile{Kind::link, at, std::string(entry->target)};
    return find_special_file("", std::string(entry->target) + "/" + std::string(last ? "." : path.substr(begin)), follow);
  }
  const Entry* entry = entry_of(at);
  if (!entry || (entry->kind != Kind::directory && path.ends_with('/'))) return std::nullopt;
  return SpecialFile{entry->kind, at, ""};
}

SpecialAnswer<std::shared_ptr<OpenFile>> open_special_file(Process& p, const SpecialFile& file, u64 flags) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
  const bool is_link = file.kind == Kind::link || file.kind == Kind::program || file.kind == Kind::descriptor;
  if ((flags & O_CREAT) && (flags & O_EXCL)) return std::unexpected(EEXIST);
  if ((flags & O_TMPFILE) == O_TMPFILE) return std::unexpected(EOPNOTSUPP);
  if (is_link && (flags & O_NOFOLLOW)) return std::unexpected(ELOOP);
  if (file.kind != Kind::directory && (flags & O_DIRECTORY)) return std::unexpected(ENOTDIR);
  switch (file.kind) {
    case Kind::directory: {
      if (writes || (flags & O_CREAT)) return std::unexpected(EISDIR);
      auto host = open_host(file.path, O_PATH | O_DIRECTORY);
      if (!host) return std::unexpected(host.error());
      return shared_file(std::move(*host), false, false, file.path);
    }
    case Kind::device: return open_device(file, flags);
    case Kind::text:
      if (writes) return std::unexpected(EACCES);
      return open_text(entry_of(file.path)->text(p));
    case Kind::program: {
      if (writes) return std::unexpected(ETXTBSY);
      auto host = open_host(host_name(p.executable.number()), O_RDONLY);
      if (!host) return std::unexpected(host.error());
      return shared_file(std::move(*host), false, false);
    }
    case Kind::descriptor: return open_descriptor(p, file.number, flags);
    case Kind::link: return std::unexpected(ELOOP);
  }
  return std::unexpected(ENOENT);
}

SpecialAnswer<HostFile> inspect_special_file(Process& p, const SpecialFile& file, bool follow) {
  if (file.kind == Kind::descriptor || (file.kind == Kind::program && follow)) {
    const int host = file.kind == Kind::program ? p.executable.number() : p.files.host(file.number);
    if (host < 0) return std::unexpected(ENOENT);
    if (!follow) return open_host(host_name(host), O_PATH | O_NOFOLLOW);
    HostFile copy(::fcntl(host, F_DUPFD_CLOEXEC, 3));
    if (!copy) return std::unexpected(errno);
    return copy;
  }
  return open_host(file.path, O_PATH | (follow ? 0 : O_NOFOLLOW));
}

SpecialAnswer<std::string> special_link(Process& p, const SpecialFile& file) {
  if (file.kind == Kind::program) return p.program;
  if (file.kind == Kind::link) return file.target;
  if (file.kind != Kind::descriptor) return std::unexpected(EINVAL);
  const int host = p.files.host(file.number);
  if (host < 0) return std::unexpected(ENOENT);
  if (const auto& directory = (*p.files.find(file.number))->special_directory; !directory.empty()) return directory;
  if (auto path = p.grants->path_of(host)) return *path;
  // Names of what is not granted are not told, but for those of devices and of what has no path.
  char text[256];
  const ssize_t length = ::readlink(host_name(host).c_str(), text, sizeof text);
  const std::string_view name(text, static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  if (name.empty() || (name.starts_with('/') && !name.starts_with("/dev/"))) return std::unexpected(not_granted);
  return std::string(name);
}

std::vector<SpecialName> special_names(Process& p, std::string_view directory) {
  std::vector<SpecialName> names{{".", DT_DIR}, {"..", DT_DIR}};
  for (const Entry& entry : entries)
    if (entry.directory == directory)
      names.push_back({std::string(entry.name), entry.kind == Kind::directory ? u8{DT_DIR} : entry.kind == Kind::device ? u8{DT_CHR} : entry.kind == Kind::text ? u8{DT_REG} : u8{DT_LNK}});
  if (directory == descriptors_directory)
    for (u64 number = 0; number < Descriptors::most; ++number)
      if (p.files.find(number)) names.push_back({std::to_string(number), DT_LNK});
  return names;
}

}  // namespace diptych::linux_guest
