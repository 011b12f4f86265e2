// System calls on open files.
#include "engine/linux/calls/lookup.hpp"
#include "engine/linux/calls/transfer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>

namespace diptych::linux_guest {
namespace {

// A transfer in the host of more than this is one that a signal can end.
constexpr u64 long_transfer = 1 << 20;

i64 read_call(Process& p, const Arguments& a) {
  const OpenFile* file = file_of(p, a[0]);
  if (!file) return -EBADF;
  const auto range = transfer_range(p, a[1], a[2], Access::write);
  if (!range) return -range.error();
  const iovec whole{range->data(), range->size()};
  return file->may_wait ? read_ranges(p, *file, {&whole, 1}) : answer(::read(file->host.number(), range->data(), range->size()));
}

i64 write_call(Process& p, const Arguments& a) {
  const OpenFile* file = file_of(p, a[0]);
  if (!file) return -EBADF;
  const auto range = transfer_range(p, a[1], a[2], Access::read);
  if (!range) return -range.error();
  return file->may_wait ? write_ranges(p, *file, {{range->data(), range->size()}}) : answer(::write(file->host.number(), range->data(), range->size()));
}

template <Access access, auto transfer>
i64 vectored(Process& p, const Arguments& a, off_t position, int flags) {
  const OpenFile* file = file_of(p, a[0]);
  if (!file) return -EBADF;
  const auto ranges = transfer_ranges(p, a[1], static_cast<u32>(a[2]), access);
  if (!ranges) return -ranges.error();
  return transfer(p, *file, *ranges, position, flags);
}

constexpr auto read_vectored = vectored<Access::write, read_ranges>;
constexpr auto write_vectored = vectored<Access::read, write_ranges>;

i64 readv_call(Process& p, const Arguments& a) { return read_vectored(p, a, -1, 0); }
i64 writev_call(Process& p, const Arguments& a) { return write_vectored(p, a, -1, 0); }

// Only the later two have a position that stands for the file's own.
i64 preadv_call(Process& p, const Arguments& a) { return static_cast<off_t>(a[3]) < 0 ? -EINVAL : read_vectored(p, a, static_cast<off_t>(a[3]), 0); }
i64 pwritev_call(Process& p, const Arguments& a) { return static_cast<off_t>(a[3]) < 0 ? -EINVAL : write_vectored(p, a, static_cast<off_t>(a[3]), 0); }
i64 preadv2_call(Process& p, const Arguments& a) { return read_vectored(p, a, static_cast<off_t>(a[3]), a.number(5)); }
i64 pwritev2_call(Process& p, const Arguments& a) {
  constexpr int no_append = 0x20;  // RWF_NOAPPEND
  if (const OpenFile* file = file_of(p, a[0]); file && file->inherited && (a.number(5) & no_append)) return -inherited_only;
  return write_vectored(p, a, static_cast<off_t>(a[3]), a.number(5));
}

i64 pread_call(Process& p, const Arguments& a) {
  const OpenFile* file = file_of(p, a[0]);
  if (!file) return -EBADF;
  const auto range = transfer_range(p, a[1], a[2], Access::write);
  if (!range) return -range.error();
  return answer(::pread(file->host.number(), range->data(), range->size(), static_cast<off_t>(a[3])));
}

i64 pwrite_call(Process& p, const Arguments& a) {
  const OpenFile* file = file_of(p, a[0]);
  if (!file) return -EBADF;
  const auto range = transfer_range(p, a[1], a[2], Access::read);
  if (!range) return -range.error();
  return answer(::pwrite(file->host.number(), range->data(), range->size(), static_cast<off_t>(a[3])));
}

i64 close_call(Process& p, const Arguments& a) { return p.files.close(static_cast<u32>(a[0])) ? 0 : -EBADF; }

i64 close_range_call(Process& p, const Arguments& a) {
  constexpr u64 only_mark = 4;  // CLOSE_RANGE_CLOEXEC
  const u64 first = static_cast<u32>(a[0]), last = static_cast<u32>(a[1]);
  if (first > last || (a[2] & ~(only_mark | 2))) return -EINVAL;
  for (u64 number = first; number <= std::min(last, Descriptors::most); ++number) {
    if (!p.files.find(number)) continue;
    if (a[2] & only_mark) p.files.close_on_exec(number, true);
    else p.files.close(number);
  }
  return 0;
}

i64 lseek_call(Process& p, const Arguments& a) {
  const auto* file = p.files.find(static_cast<u32>(a[0]));
  if (file && !(*file)->special_directory.empty()) {
    // As telldir, rewinddir and seekdir need it.
    if (a.number(2) == SEEK_SET) (*file)->position = a[1];
    else if (a.number(2) != SEEK_CUR || a[1] != 0) return -EINVAL;
    return static_cast<i64>((*file)->position);
  }
  const int host = p.files.host(static_cast<u32>(a[0]));
  return host < 0 ? -EBADF : answer(::lseek(host, static_cast<off_t>(a[1]), a.number(2)));
}

i64 duplicate(Process& p, u64 from, u64 lowest, bool close_on_exec) {
  const auto* file = p.files.find(from);
  if (!file) return -EBADF;
  if (lowest >= Descriptors::most) return -EINVAL;
  const i64 number = p.files.add(*file, close_on_exec, lowest);
  return number < 0 ? -EMFILE : number;
}

i64 dup_call(Process& p, const Arguments& a) { return duplicate(p, static_cast<u32>(a[0]), 0, false); }

i64 dup3_call(Process& p, const Arguments& a) {
  const u64 from = static_cast<u32>(a[0]), to = static_cast<u32>(a[1]);
  if (from == to || (a[2] & ~u64{O_CLOEXEC})) return -EINVAL;
  const auto* file = p.files.find(from);
  if (!file || to >= Descriptors::most) return -EBADF;
  p.files.set(to, std::shared_ptr(*file), a[2] & O_CLOEXEC);
  return static_cast<i64>(to);
}

i64 status_flags(const OpenFile& file) {
  const i64 flags = answer(fcntl(file.host.number(), F_GETFL));
  if (flags < 0 || !file.inherited) return flags;
  return (flags & ~i64{O_NONBLOCK}) | (file.nonblocking ? O_NONBLOCK : 0);
}

// The host's flags of an inherited file are those of everybody who shares it: only O_NONBLOCK can differ here.
i64 set_status_flags(OpenFile& file, int wanted) {
  constexpr int settable = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;
  if (!file.inherited) return answer(fcntl(file.host.number(), F_SETFL, wanted & settable));
  const i64 flags = status_flags(file);
  if (flags < 0) return flags;
  if ((wanted ^ flags) & (settable & ~O_NONBLOCK)) return -inherited_only;
  file.nonblocking = wanted & O_NONBLOCK;
  return 0;
}

i64 fcntl_call(Process& p, const Arguments& a) {
  const u64 number = static_cast<u32>(a[0]);
  const int host = p.files.host(number);
  if (host < 0) return -EBADF;
  switch (const int command = a.number(1)) {
    case F_DUPFD: return duplicate(p, number, a[2], false);
    case F_DUPFD_CLOEXEC: return duplicate(p, number, a[2], true);
    case F_GETFD: return p.files.close_on_exec(number) ? FD_CLOEXEC : 0;
    case F_SETFD: return p.files.close_on_exec(number, a[2] & FD_CLOEXEC), 0;
    case F_GETFL: return status_flags(**p.files.find(number));
    case F_SETFL: return set_status_flags(**p.files.find(number), a.number(2));
    case F_GETPIPE_SZ: return answer(fcntl(host, F_GETPIPE_SZ));
    case F_SETPIPE_SZ: {
      const Answer<int> own = own_file(p, number);
      return own ? answer(fcntl(*own, F_SETPIPE_SZ, a.number(2))) : -own.error();
    }
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW: {
      auto lock = p.memory.read<struct flock>(a[2]);
      if (!lock) return -EFAULT;
      if (const Answer<int> own = own_file(p, number); !own) return -own.error();
      i64 result = answer(fcntl(host, command == F_SETLKW ? F_SETLK : command, &*lock));
      if (command == F_SETLKW && (result == -EAGAIN || result == -EACCES)) result = p.interruptible([&] { return answer(fcntl(host, F_SETLKW, &*lock)); });
      if (result == 0 && command == F_GETLK && !p.memory.write(a[2], *lock)) return -EFAULT;
      return result;
    }
    default: return -EINVAL;
  }
}

// As the kernel's termios, which a library's is not.
using Terminal = std::array<u8, 36>;

template <class T>
i64 ask_terminal(Process& p, int host, u64 request, u64 address) {
  T value{};
  if (::ioctl(host, request, &value) < 0) return failed();
  return p.memory.write(address, value) ? 0 : -EFAULT;
}

template <class T>
i64 tell_terminal(Process& p, int host, u64 request, u64 address) {
  auto value = p.memory.read<T>(address);
  if (!value) return -EFAULT;
  const auto make = [&] { return answer(::ioctl(host, request, &*value)); };
  // The others wait until all output is gone.
  return request == TCSETS ? make() : p.interruptible(make);
}

i64 ioctl_call(Process& p, const Arguments& a) {
  const u64 number = static_cast<u32>(a[0]);
  const int host = p.files.host(number);
  if (host < 0) return -EBADF;
  // The numbers are the same on RISC-V. Those that are not listed might hold pointers.
  switch (const u64 request = static_cast<u32>(a[1])) {
    case TCGETS: return ask_terminal<Terminal>(p, host, request, a[2]);
    case TCSETS:
    case TCSETSW:
    case TCSETSF: return tell_terminal<Terminal>(p, host, request, a[2]);
    case TIOCGWINSZ: return ask_terminal<winsize>(p, host, request, a[2]);
    case TIOCGPGRP: return ask_terminal<pid_t>(p, host, request, a[2]);
    case FIONREAD: return ask_terminal<int>(p, host, request, a[2]);
    case FIONBIO: {
      const auto wanted = p.memory.read<int>(a[2]);
      if (!wanted) return -EFAULT;
      OpenFile& file = **p.files.find(number);
      const i64 flags = status_flags(file);
      return flags < 0 ? flags : set_status_flags(file, static_cast<int>((flags & ~i64{O_NONBLOCK}) | (*wanted ? O_NONBLOCK : 0)));
    }
    case FIOCLEX: return p.files.close_on_exec(number, true), 0;
    case FIONCLEX: return p.files.close_on_exec(number, false), 0;
    default: return -ENOTTY;
  }
}

i64 pipe2_call(Process& p, const Arguments& a) {
  int ends[2];
  if (a[1] & ~u64{O_CLOEXEC | O_NONBLOCK | O_DIRECT}) return -EINVAL;
  if (::pipe2(ends, a.number(1) | O_CLOEXEC) < 0) return failed();
  HostFile reading(ends[0]), writing(ends[1]);
  const bool close_on_exec = a[1] & O_CLOEXEC;
  std::array<i32, 2> numbers{};
  numbers[0] = static_cast<i32>(p.files.add(std::move(reading), close_on_exec));
  numbers[1] = static_cast<i32>(p.files.add(std::move(writing), close_on_exec));
  const bool full = numbers[0] < 0 || numbers[1] < 0;
  if (!full && p.memory.write(a[0], numbers)) return 0;
  for (const i32 number : numbers)
    if (number >= 0) p.files.close(static_cast<u64>(number));
  return full ? -EMFILE : -EFAULT;
}

template <auto call>
i64 on_file(Process& p, const Arguments& a) {
  const int host = p.files.host(static_cast<u32>(a[0]));
  return host < 0 ? -EBADF : answer(call(host));
}

i64 fadvise_call(Process& p, const Arguments& a) {
  const int host = p.files.host(static_cast<u32>(a[0]));
  return host < 0 ? -EBADF : -::posix_fadvise(host, static_cast<off_t>(a[1]), static_cast<off_t>(a[2]), a.number(3));
}

i64 flock_call(Process& p, const Arguments& a) {
  const Answer<int> host = own_file(p, a[0]);
  if (!host) return -host.error();
  const i64 at_once = answer(::flock(*host, a.number(1) | LOCK_NB));
  if (at_once != -EWOULDBLOCK || (a[1] & LOCK_NB)) return at_once;
  return p.interruptible([&] { return answer(::flock(*host, a.number(1))); });
}

i64 fstatfs_call(Process& p, const Arguments& a) {
  const int host = p.files.host(static_cast<u32>(a[0]));
  struct statfs status{};
  if (host < 0) return -EBADF;
  if (::fstatfs(host, &status) < 0) return failed();
  return p.memory.write(a[1], status) ? 0 : -EFAULT;
}

// The host moves bytes from one file to the other: for a long time, or until a pipe takes or gives them.
i64 move_bytes(Process& p, const OpenFile& from, const OpenFile& to, u64 size, const std::function<i64()>& move) {
  return size > long_transfer || blocks(from) || blocks(to) ? p.interruptible(move) : move();
}

i64 sendfile_call(Process& p, const Arguments& a) {
  const OpenFile *to = file_of(p, a[0]), *from = file_of(p, a[1]);
  if (!to || !from) return -EBADF;
  std::optional<off_t> offset;
  if (a[2] && !(offset = p.memory.read<off_t>(a[2]))) return -EFAULT;
  const i64 sent = move_bytes(p, *from, *to, a[3], [&] { return answer(::sendfile(to->host.number(), from->host.number(), offset ? &*offset : nullptr, a[3])); });
  return sent >= 0 && offset && !p.memory.write(a[2], *offset) ? -EFAULT : sent;
}

i64 copy_file_range_call(Process& p, const Arguments& a) {
  const OpenFile *from = file_of(p, a[0]), *to = file_of(p, a[2]);
  if (!to || !from) return -EBADF;
  std::optional<off64_t> from_offset, to_offset;
  if (a[1] && !(from_offset = p.memory.read<off64_t>(a[1]))) return -EFAULT;
  if (a[3] && !(to_offset = p.memory.read<off64_t>(a[3]))) return -EFAULT;
  const i64 copied = move_bytes(p, *from, *to, a[4], [&] {
    return answer(::copy_file_range(from->host.number(), from_offset ? &*from_offset : nullptr, to->host.number(), to_offset ? &*to_offset : nullptr, a[4], 0));
  });
  if (copied < 0) return copied;
  if (from_offset && !p.memory.write(a[1], *from_offset)) return -EFAULT;
  if (to_offset && !p.memory.write(a[3], *to_offset)) return -EFAULT;
  return copied;
}

constexpr SystemCall calls[] = {
    {23, "dup", "f", Replay::told, dup_call},
    {24, "dup3", "ffO", Replay::told, dup3_call},
    {25, "fcntl", "fdx:x", Replay::told, fcntl_call},
    {29, "ioctl", "fxp", Replay::told, ioctl_call},
    {32, "flock", "fd", Replay::told, flock_call},
    {44, "fstatfs", "fp", Replay::told, fstatfs_call},
    {57, "close", "f", Replay::told, close_call},
    {59, "pipe2", "pO", Replay::told, pipe2_call},
    {62, "lseek", "fdw", Replay::told, lseek_call},
    {63, "read", "frd", Replay::counted, read_call},
    {64, "write", "fbd", Replay::told, write_call},
    {65, "readv", "fpd", Replay::counted, readv_call},
    {66, "writev", "fpd", Replay::told, writev_call},
    {67, "pread64", "frdd", Replay::counted, pread_call},
    {68, "pwrite64", "fbdd", Replay::told, pwrite_call},
    {69, "preadv", "fpdd", Replay::counted, preadv_call},
    {70, "pwritev", "fpdd", Replay::told, pwritev_call},
    {71, "sendfile", "ffpd", Replay::told, sendfile_call},
    {82, "fsync", "f", Replay::told, on_file<::fsync>},
    {83, "fdatasync", "f", Replay::told, on_file<::fdatasync>},
    {223, "fadvise64", "fddd", Replay::told, fadvise_call},
    {285, "copy_file_range", "fpfpdx", Replay::told, copy_file_range_call},
    {286, "preadv2", "fpddxx", Replay::counted, preadv2_call},
    {287, "pwritev2", "fpddxx", Replay::told, pwritev2_call},
    {436, "close_range", "ffx", Replay::told, close_range_call},
};

}  // namespace

std::span<const SystemCall> file_calls() { return calls; }

}  // namespace diptych::linux_guest
