#include "engine/jit/code_memory.hpp"

#include "engine/machine/program.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace diptych {
namespace {

std::unexpected<Error> refused(std::size_t size, int error) {
  return fail(ErrorKind::environment, "the host gives no memory for " + std::to_string(size) +
                                          " bytes of translated code: " + std::strerror(error));
}

u8* map(int file, std::size_t size, int protection) {
  void* mapped = mmap(nullptr, size, protection, MAP_SHARED, file, 0);
  return mapped == MAP_FAILED ? nullptr : static_cast<u8*>(mapped);
}

}  // namespace

Result<CodeMemory> CodeMemory::create(std::size_t size) {
  if (size == 0 || size > most)
    return fail(ErrorKind::bad_input, "memory for translated code takes between 1 and " + std::to_string(most) +
                                          " bytes, not " + std::to_string(size));
  size = (size + page_size - 1) & ~std::size_t{page_size - 1};
  const int file = memfd_create("translated code", MFD_CLOEXEC);
  if (file < 0) return refused(size, errno);
  u8* writable = nullptr;
  u8* executable = nullptr;
  if (ftruncate(file, static_cast<off_t>(size)) == 0 && (writable = map(file, size, PROT_READ | PROT_WRITE)))
    executable = map(file, size, PROT_READ | PROT_EXEC);
  const int error = errno;
  // The mappings keep the memory.
  close(file);
  if (executable) return CodeMemory(writable, executable, size);
  if (writable) munmap(writable, size);
  return refused(size, error);
}

CodeMemory::~CodeMemory() {
  if (!writable_) return;
  munmap(writable_, size_);
  munmap(executable_, size_);
}

}  // namespace diptych
