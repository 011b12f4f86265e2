#include "fuzz/session/shared.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace diptych::fuzz {

Result<SharedMapping> SharedMapping::create() {
  const int descriptor = memfd_create("diptych-fuzz", 0);
  if (descriptor < 0 || ftruncate(descriptor, sizeof(Shared)) != 0)
    return fail(ErrorKind::environment, std::string("shared memory: ") + std::strerror(errno));
  return open(descriptor);
}

Result<SharedMapping> SharedMapping::open(int descriptor) {
  void* at = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) return fail(ErrorKind::environment, std::string("shared memory: ") + std::strerror(errno));
  return SharedMapping(descriptor, static_cast<Shared*>(at));
}

SharedMapping::SharedMapping(SharedMapping&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), shared_(std::exchange(other.shared_, nullptr)) {}

SharedMapping::~SharedMapping() {
  if (shared_) munmap(shared_, sizeof(Shared));
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace diptych::fuzz
