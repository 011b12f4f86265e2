// System calls that change a file's mode, owner, times or length. None of them reaches an inherited descriptor.
#include "engine/linux/calls/lookup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diptych::linux_guest {
namespace {

i64 change_mode(const Answer<HostFile>& file, u64 mode) {
  if (!file) return -file.error();
  if (has_set_id(mode)) return -no_set_id;
  return answer(::chmod(name_of(*file).c_str(), static_cast<mode_t>(mode)));
}
i64 fchmodat_call(Process& p, const Arguments& a) { return change_mode(look_up_to_change(p, a.number(0), a[1], 0), a[2]); }

i64 fchmod_call(Process& p, const Arguments& a) {
  const Answer<int> host = own_file(p, a[0]);
  if (!host) return -host.error();
  return has_set_id(a[1]) ? -no_set_id : answer(::fchmod(*host, static_cast<mode_t>(a[1])));
}

// To give a file to whom it belongs already is no change.
i64 change_owner(int host, u32 user, u32 group) {
  constexpr u32 unchanged = ~u32{0};
  struct stat status{};
  if (::fstat(host, &status) < 0) return failed();
  return (user == unchanged || user == status.st_uid) && (group == unchanged || group == status.st_gid) ? 0 : -owner_stays;
}

i64 fchownat_call(Process& p, const Arguments& a) {
  const Answer<HostFile> file = look_up_to_change(p, a.number(0), a[1], a.number(4));
  return file ? change_owner(file->number(), static_cast<u32>(a[2]), static_cast<u32>(a[3])) : -file.error();
}

i64 fchown_call(Process& p, const Arguments& a) {
  const Answer<int> host = own_file(p, a[0]);
  return host ? change_owner(*host, static_cast<u32>(a[1]), static_cast<u32>(a[2])) : -host.error();
}

i64 utimensat_call(Process& p, const Arguments& a) {
  std::optional<std::array<timespec, 2>> times;
  if (a[2] && !(times = p.memory.read<std::array<timespec, 2>>(a[2]))) return -EFAULT;
  const timespec* wanted = times ? times->data() : nullptr;
  if (a[1] == 0 && a.number(0) != AT_FDCWD) {
    const Answer<int> host = own_file(p, a[0]);
    return host ? answer(::futimens(*host, wanted)) : -host.error();
  }
  // By the open file, not by its name: a slash behind the name of a link would be followed.
  const Answer<HostFile> file = look_up_to_change(p, a.number(0), a[1], a.number(3));
  return file ? answer(::utimensat(file->number(), "", wanted, AT_EMPTY_PATH)) : -file.error();
}

i64 truncate_call(Process& p, const Arguments& a) {
  const Answer<HostFile> file = open_path(p, AT_FDCWD, a[0], O_WRONLY | O_NONBLOCK);
  return file ? answer(::ftruncate(file->number(), static_cast<off_t>(a[1]))) : -file.error();
}

i64 ftruncate_call(Process& p, const Arguments& a) {
  const Answer<int> host = own_file(p, a[0]);
  return host ? answer(::ftruncate(*host, static_cast<off_t>(a[1]))) : -host.error();
}

i64 fallocate_call(Process& p, const Arguments& a) {
  const Answer<int> host = own_file(p, a[0]);
  if (!host) return -host.error();
  // Where the host takes memory for it, it takes long.
  return p.interruptible([&] { return answer(::fallocate(*host, a.number(1), static_cast<off_t>(a[2]), static_cast<off_t>(a[3]))); });
}

constexpr SystemCall calls[] = {
    {45, "truncate", "sd", Replay::told, truncate_call},
    {46, "ftruncate", "fd", Replay::told, ftruncate_call},
    {47, "fallocate", "fxdd", Replay::told, fallocate_call},
    {52, "fchmod", "fm", Replay::told, fchmod_call},
    {53, "fchmodat", "asm", Replay::told, fchmodat_call},
    {54, "fchownat", "asddx", Replay::told, fchownat_call},
    {55, "fchown", "fdd", Replay::told, fchown_call},
    {88, "utimensat", "aspx", Replay::told, utimensat_call},
};

}  // namespace

std::span<const SystemCall> metadata_calls() { return calls; }

}  // namespace diptych::linux_guest
