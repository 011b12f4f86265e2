#include "oracle/agent/shared_memory.hpp"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace diptych::agent {

Result<std::unique_ptr<SharedMemory>> SharedMemory::create(std::size_t size) {
  const int descriptor = memfd_create("diptych-agent-window", MFD_CLOEXEC);
  if (descriptor < 0)
    return fail(ErrorKind::environment, fmt::format("memory to share with the agent: {}", std::strerror(errno)));
  void* bytes = MAP_FAILED;
  if (ftruncate(descriptor, off_t(size)) == 0)
    bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0);
  if (bytes == MAP_FAILED) {
    const int error = errno;
    close(descriptor);
    return fail(ErrorKind::environment, fmt::format("memory to share with the agent: {}", std::strerror(error)));
  }
  return std::unique_ptr<SharedMemory>(new SharedMemory(descriptor, static_cast<u8*>(bytes), size));
}

SharedMemory::~SharedMemory() {
  munmap(bytes_, size_);
  close(descriptor_);
}

bool sleep_on(const u32* word, u32 seen, std::chrono::milliseconds at_most) {
  const timespec limit{.tv_sec = at_most.count() / 1000, .tv_nsec = long(at_most.count() % 1000) * 1000000};
  return syscall(SYS_futex, word, FUTEX_WAIT, seen, &limit, nullptr, 0) == 0 || errno != ETIMEDOUT;
}

void wake(const u32* word) { syscall(SYS_futex, word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }

}  // namespace diptych::agent
