#include "engine/linux/descriptors.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace diptych::linux_guest {

Descriptors Descriptors::standard(const StandardStreams& streams) {
  Descriptors all;
  for (std::size_t number = 0; number < streams.size(); ++number)
    // A copy, so that a guest that closes its own leaves the host's where the host speaks to the user.
    if (HostFile copy(fcntl(streams[number], F_DUPFD_CLOEXEC, 3)); copy) {
      struct stat status{};
      const bool regular = fstat(copy.number(), &status) == 0 && S_ISREG(status.st_mode);
      const int flags = fcntl(streams[number], F_GETFL);
      all.set(number, std::make_shared<OpenFile>(std::move(copy), !regular, true, flags >= 0 && (flags & O_NONBLOCK)), false);
    }
  return all;
}

i64 Descriptors::add(std::shared_ptr<OpenFile> file, bool close_on_exec, u64 first) {
  u64 number = first;
  while (number < slots_.size() && slots_[number].file) ++number;
  if (number >= most) return -1;
  set(number, std::move(file), close_on_exec);
  return static_cast<i64>(number);
}

i64 Descriptors::add(HostFile host, bool close_on_exec) {
  struct stat status{};
  const bool waits = fstat(host.number(), &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
  return add(std::make_shared<OpenFile>(std::move(host), waits), close_on_exec);
}

void Descriptors::set(u64 number, std::shared_ptr<OpenFile> file, bool close_on_exec) {
  if (number >= slots_.size()) slots_.resize(number + 1);
  slots_[number] = {std::move(file), close_on_exec};
}

bool Descriptors::close(u64 number) {
  if (!find(number)) return false;
  slots_[number] = {};
  return true;
}

const std::shared_ptr<OpenFile>* Descriptors::find(u64 number) const {
  return number < slots_.size() && slots_[number].file ? &slots_[number].file : nullptr;
}

int Descriptors::host(u64 number) const {
  const auto* file = find(number);
  return file ? (*file)->host.number() : -1;
}

}  // namespace diptych::linux_guest
