// The system call that reads the names in a directory.
#include "engine/linux/calls/lookup.hpp"
#include "engine/linux/calls/transfer.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace diptych::linux_guest {
namespace {

// Names as linux_dirent64 has them: inode, offset of the next, size, type, text.
i64 special_names_into(Process& p, OpenFile& directory, std::span<u8> to) {
  constexpr u64 header = 19;
  const std::vector<SpecialName> names = special_names(p, directory.special_directory);
  u64 done = 0;
  for (; directory.position < names.size(); ++directory.position) {
    const SpecialName& name = names[directory.position];
    const u64 size = (header + name.name.size() + 1 + 7) & ~u64{7};
    if (to.size() - done < size) return done != 0 ? static_cast<i64>(done) : -EINVAL;
    u8* const entry = to.data() + done;
    const u64 next = directory.position + 1, inode = next;
    const u16 length = static_cast<u16>(size);
    std::memset(entry, 0, size);
    std::memcpy(entry, &inode, 8);
    std::memcpy(entry + 8, &next, 8);
    std::memcpy(entry + 16, &length, 2);
    entry[18] = name.type;
    std::memcpy(entry + header, name.name.data(), name.name.size());
    done += size;
  }
  return static_cast<i64>(done);
}

i64 getdents_call(Process& p, const Arguments& a) {
  const auto* file = p.files.find(static_cast<u32>(a[0]));
  if (!file) return -EBADF;
  const bool special = !(*file)->special_directory.empty();
  const int host = (*file)->host.number();
  if ((*file)->inherited && !special)
    if (const Answer<std::string> path = p.grants->path_of(host); !path) return -path.error();
  const auto range = transfer_range(p, a[1], static_cast<u32>(a[2]), Access::write);
  if (!range) return -range.error();
  const i64 result = special ? special_names_into(p, **file, *range) : answer(syscall(SYS_getdents64, host, range->data(), range->size()));
  // Not the buffer is too small, but the part of it that is there.
  return result == -EINVAL && range->size() < static_cast<u32>(a[2]) ? -EFAULT : result;
}

constexpr SystemCall calls[] = {
    {61, "getdents64", "fpd", Replay::counted, getdents_call},
};

}  // namespace

std::span<const SystemCall> directory_calls() { return calls; }

}  // namespace diptych::linux_guest
