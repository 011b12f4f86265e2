// System calls on paths, all of which the grants resolve.
#include "engine/linux/calls/lookup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>

namespace diptych::linux_guest {
namespace {

// openat ignores flags it does not know; openat2 refuses them.
constexpr u64 known_flags = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC | O_ASYNC | O_DIRECT |
                            O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_SYNC | O_PATH | O_TMPFILE;

// As RISC-V has it.
struct GuestStatus {
  u64 device, inode;
  u32 mode, links, user, group;
  u64 special_device, padding1;
  i64 size;
  i32 block_size, padding2;
  i64 blocks;
  i64 access_seconds, access_nanoseconds, change_seconds, change_nanoseconds, status_seconds, status_nanoseconds;
  u32 padding3[2];
};
static_assert(sizeof(GuestStatus) == 128);

GuestStatus to_guest(const struct stat& host) {
  GuestStatus guest{};
  guest.device = host.st_dev;
  guest.inode = host.st_ino;
  guest.mode = host.st_mode;
  guest.links = static_cast<u32>(host.st_nlink);
  guest.user = host.st_uid;
  guest.group = host.st_gid;
  guest.special_device = host.st_rdev;
  guest.size = host.st_size;
  guest.block_size = static_cast<i32>(host.st_blksize);
  guest.blocks = host.st_blocks;
  guest.access_seconds = host.st_atim.tv_sec;
  guest.access_nanoseconds = host.st_atim.tv_nsec;
  guest.change_seconds = host.st_mtim.tv_sec;
  guest.change_nanoseconds = host.st_mtim.tv_nsec;
  guest.status_seconds = host.st_ctim.tv_sec;
  guest.status_nanoseconds = host.st_ctim.tv_nsec;
  return guest;
}

// A FIFO is not open before its other end is, nor some devices before they are ready.
bool opening_waits(Process& p, const Arguments& a, u64 flags) {
  if (flags & (O_NONBLOCK | O_PATH | O_DIRECTORY)) return false;
  const Answer<HostFile> file = open_path(p, a.number(0), a[1], O_PATH | (flags & O_NOFOLLOW));
  struct stat status{};
  return file && ::fstat(file->number(), &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
}

i64 open_file(Process& p, const Arguments& a, u64 flags, u64 mode) {
  flags &= known_flags;
  if (flags & O_PATH) flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const bool creates = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
  if (creates && has_set_id(mode)) return -no_set_id;
  if (const auto special = special_file_at(p, a.number(0), a[1], !(flags & O_NOFOLLOW))) {
    auto file = open_special_file(p, *special, flags);
    if (!file) return -file.error();
    const i64 number = p.files.add(std::move(*file), flags & O_CLOEXEC);
    return number < 0 ? -EMFILE : number;
  }
  const auto make = [&]() -> i64 {
    Answer<HostFile> opened = open_path(p, a.number(0), a[1], flags, creates ? mode & 07777 : 0);
    return opened ? opened->release() : -opened.error();
  };
  const i64 opened = opening_waits(p, a, flags) ? p.interruptible(make) : make();
  if (opened < 0) return opened;
  const i64 number = p.files.add(HostFile(static_cast<int>(opened)), flags & O_CLOEXEC);
  return number < 0 ? -EMFILE : number;
}

i64 openat_call(Process& p, const Arguments& a) { return open_file(p, a, a[2], a[3]); }

i64 openat2_call(Process& p, const Arguments& a) {
  const auto how = p.memory.read<open_how>(a[2]);
  if (!how) return -EFAULT;
  // Which links are followed is the grants' business here.
  if (a[3] != sizeof(open_how) || how->resolve != 0) return -EINVAL;
  return open_file(p, a, how->flags, how->mode);
}

i64 fstatat_call(Process& p, const Arguments& a) {
  Answer<HostFile> file = inspect(p, a.number(0), a[1], a.number(3));
  if (!file) return -file.error();
  struct stat status{};
  if (::fstat(file->number(), &status) < 0) return failed();
  return p.memory.write(a[2], to_guest(status)) ? 0 : -EFAULT;
}

i64 fstat_call(Process& p, const Arguments& a) {
  const int host = p.files.host(static_cast<u32>(a[0]));
  if (host < 0) return -EBADF;
  struct stat status{};
  if (::fstat(host, &status) < 0) return failed();
  return p.memory.write(a[1], to_guest(status)) ? 0 : -EFAULT;
}

i64 statx_call(Process& p, const Arguments& a) {
  Answer<HostFile> file = inspect(p, a.number(0), a[1], a.number(2));
  if (!file) return -file.error();
  struct statx status{};
  if (::statx(file->number(), "", AT_EMPTY_PATH | (a.number(2) & AT_STATX_SYNC_TYPE), static_cast<u32>(a[3]), &status) < 0) return failed();
  return p.memory.write(a[4], status) ? 0 : -EFAULT;
}

i64 statfs_call(Process& p, const Arguments& a) {
  Answer<HostFile> file = inspect(p, AT_FDCWD, a[0], 0);
  if (!file) return -file.error();
  struct statfs status{};
  if (::fstatfs(file->number(), &status) < 0) return failed();
  return p.memory.write(a[1], status) ? 0 : -EFAULT;
}

i64 access_file(Process& p, const Arguments& a, int flags) {
  Answer<HostFile> file = inspect(p, a.number(0), a[1], flags);
  if (!file) return -file.error();
  return answer(syscall(SYS_faccessat2, file->number(), "", a.number(2), AT_EMPTY_PATH | (flags & AT_EACCESS)));
}
i64 faccessat_call(Process& p, const Arguments& a) { return access_file(p, a, 0); }
i64 faccessat2_call(Process& p, const Arguments& a) { return access_file(p, a, a.number(3)); }

i64 readlinkat_call(Process& p, const Arguments& a) {
  const Answer<std::string> path = path_at(p, a[1]);
  if (!path) return -path.error();
  if (a.number(3) <= 0) return -EINVAL;
  const std::size_t size = static_cast<u32>(a[3]);
  std::string target;
  if (const auto special = special_file_at(p, a.number(0), a[1], false)) {
    auto link = special_link(p, *special);
    if (!link) return -link.error();
    target = std::move(*link);
  } else {
    Answer<HostFile> link = look_up(p, a.number(0), a[1], AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    if (!link) return -link.error();
    char text[PATH_MAX];
    const ssize_t length = ::readlinkat(link->number(), "", text, sizeof text);
    if (length < 0) return path->empty() ? failed() : errno == ENOENT ? -EINVAL : failed();
    target.assign(text, static_cast<std::size_t>(length));
  }
  const std::size_t length = std::min(target.size(), size);
  u8* to = p.memory.reach(a[2], length, Access::write);
  if (!to) return -EFAULT;
  std::copy_n(target.data(), length, to);
  return static_cast<i64>(length);
}

i64 mkdirat_call(Process& p, const Arguments& a) {
  const Answer<Grants::Place> place = place_at(p, a.number(0), a[1]);
  return place ? answer(::mkdirat(place->directory.number(), place->name.c_str(), static_cast<mode_t>(a[2] & 01777))) : -place.error();
}

i64 mknodat_call(Process& p, const Arguments& a) {
  const mode_t mode = static_cast<mode_t>(a[2]);
  if (!S_ISREG(mode) && !S_ISFIFO(mode) && (mode & S_IFMT) != 0) return -no_devices;
  if (has_set_id(mode)) return -no_set_id;
  const Answer<Grants::Place> place = place_at(p, a.number(0), a[1]);
  return place ? answer(::mknodat(place->directory.number(), place->name.c_str(), mode, 0)) : -place.error();
}

i64 unlinkat_call(Process& p, const Arguments& a) {
  const Answer<Grants::Place> place = place_at(p, a.number(0), a[1]);
  return place ? answer(::unlinkat(place->directory.number(), place->name.c_str(), a.number(2))) : -place.error();
}

i64 symlinkat_call(Process& p, const Arguments& a) {
  const Answer<std::string> target = path_at(p, a[0]);
  if (!target) return -target.error();
  const Answer<Grants::Place> place = place_at(p, a.number(1), a[2]);
  return place ? answer(::symlinkat(target->c_str(), place->directory.number(), place->name.c_str())) : -place.error();
}

i64 linkat_call(Process& p, const Arguments& a) {
  const Answer<HostFile> file = look_up(p, a.number(0), a[1], a.number(4) & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW);
  if (!file) return -file.error();
  const Answer<Grants::Place> place = place_at(p, a.number(2), a[3]);
  return place ? answer(::linkat(AT_FDCWD, name_of(*file).c_str(), place->directory.number(), place->name.c_str(), AT_SYMLINK_FOLLOW))
               : -place.error();
}

i64 renameat2_call(Process& p, const Arguments& a) {
  // The whiteout that would be left is a device.
  if (a[4] & RENAME_WHITEOUT) return -no_devices;
  const Answer<Grants::Place> from = place_at(p, a.number(0), a[1]);
  if (!from) return -from.error();
  const Answer<Grants::Place> to = place_at(p, a.number(2), a[3]);
  if (!to) return -to.error();
  return answer(::renameat2(from->directory.number(), from->name.c_str(), to->directory.number(), to->name.c_str(), static_cast<u32>(a[4])));
}

i64 getcwd_call(Process& p, const Arguments& a) {
  const Answer<std::string> path = p.grants->path_of(p.directory.number());
  if (!path) return -path.error();
  if (path->size() + 1 > a[1]) return -ERANGE;
  u8* to = p.memory.reach(a[0], path->size() + 1, Access::write);
  if (!to) return -EFAULT;
  std::copy_n(path->c_str(), path->size() + 1, to);
  return static_cast<i64>(path->size() + 1);
}

i64 enter(Process& p, Answer<HostFile> opened) {
  if (!opened) return -opened.error();
  if (::faccessat(opened->number(), ".", X_OK, 0) < 0) return failed();
  p.directory = std::move(*opened);
  return 0;
}
i64 chdir_call(Process& p, const Arguments& a) { return enter(p, open_path(p, AT_FDCWD, a[0], O_PATH | O_DIRECTORY)); }
i64 fchdir_call(Process& p, const Arguments& a) {
  const int host = p.files.host(static_cast<u32>(a[0]));
  if (host < 0) return -EBADF;
  HostFile copy(::openat(host, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!copy) return failed();
  if (const Answer<std::string> path = p.grants->path_of(copy.number()); !path) return -path.error();
  return enter(p, std::move(copy));
}

constexpr SystemCall calls[] = {
    {17, "getcwd", "pd", Replay::counted, getcwd_call},
    {33, "mknodat", "asmx", Replay::told, mknodat_call},
    {34, "mkdirat", "asm", Replay::told, mkdirat_call},
    {35, "unlinkat", "asx", Replay::told, unlinkat_call},
    {36, "symlinkat", "sas", Replay::told, symlinkat_call},
    {37, "linkat", "asasx", Replay::told, linkat_call},
    {43, "statfs", "sp", Replay::told, statfs_call},
    {48, "faccessat", "asx", Replay::told, faccessat_call},
    {49, "chdir", "s", Replay::told, chdir_call},
    {50, "fchdir", "f", Replay::told, fchdir_call},
    {56, "openat", "asOm", Replay::told, openat_call},
    {78, "readlinkat", "asrd", Replay::counted, readlinkat_call},
    {79, "newfstatat", "aspx", Replay::told, fstatat_call},
    {80, "fstat", "fp", Replay::told, fstat_call},
    {276, "renameat2", "asasx", Replay::told, renameat2_call},
    {291, "statx", "asxxp", Replay::told, statx_call},
    {437, "openat2", "aspd", Replay::told, openat2_call},
    {439, "faccessat2", "asxx", Replay::told, faccessat2_call},
};

}  // namespace

std::span<const SystemCall> path_calls() { return calls; }

}  // namespace diptych::linux_guest
