#include "engine/linux/load.hpp"

#include "engine/linux/host_file.hpp"
#include "engine/linux/layout.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace diptych::linux_guest {
namespace {

constexpr u64 largest_file = u64{1} << 32;

}  // namespace

Result<HostFile> open_program(const std::string& path) {
  // Without O_NONBLOCK a pipe of that name would be waited for.
  HostFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file || fstat(file.number(), &status) != 0) return fail(ErrorKind::bad_input, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::bad_input, "it is not a regular file");
  if (static_cast<u64>(status.st_size) > largest_file) return fail(ErrorKind::bad_input, "it is larger than any program");
  return file;
}

Result<std::vector<u8>> read_program(const std::string& path) {
  const Result<HostFile> file = open_program(path);
  if (!file) return std::unexpected(file.error());
  return read_program(*file);
}

Result<std::vector<u8>> read_program(const HostFile& file) {
  struct stat status{};
  if (fstat(file.number(), &status) != 0) return fail(ErrorKind::environment, std::strerror(errno));
  std::vector<u8> bytes(static_cast<u64>(status.st_size));
  u64 done = 0;
  while (done < bytes.size()) {
    const ssize_t got = read(file.number(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorKind::environment, std::strerror(errno));
    if (got == 0) break;
    done += static_cast<u64>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<Loaded> load(const Elf& elf, std::span<const u8> file, MemoryMap& memory) {
  const u64 base = elf.relocatable ? relocatable_base - page_floor(elf.lowest()) : 0;
  if (elf.highest() > mappings_top - (elf.relocatable ? relocatable_base : 0) || (!elf.relocatable && elf.lowest() < lowest_mapping))
    return fail(ErrorKind::bad_input, fmt::format("its segments from {:#x} to {:#x} do not fit between {:#x} and the stack at {:#x}",
                                                  elf.lowest(), elf.highest(), lowest_mapping, mappings_top));
  constexpr Access filling = Access::read | Access::write;
  for (const Segment& segment : elf.segments) {
    const u64 begin = page_floor(base + segment.address), end = page_ceiling(base + segment.end());
    // A page that two segments share is the later one's, as the kernel has it; what the file holds there
    // is the same.
    if (!memory.map(begin, end - begin, filling, Backing::zeros, program_file, page_floor(segment.offset)))
      return fail(ErrorKind::environment, fmt::format("the host has no memory for its segment at {:#x} of {:#x} bytes", segment.address, segment.size));
    if (segment.file_size != 0) {
      const u64 before = base + segment.address - begin;
      const u64 kept = std::min(before, segment.offset);
      if (auto filled = memory.window().fill(base + segment.address - kept, file.subspan(segment.offset - kept, segment.file_size + kept)); !filled)
        return std::unexpected(std::move(filled).error());
    }
    if (segment.access != filling && !memory.protect(begin, end - begin, segment.access))
      return fail(ErrorKind::environment, fmt::format("the host cannot protect its segment at {:#x}", segment.address));
  }
  memory.begin_heap(page_ceiling(base + elf.highest()));
  return Loaded{base, base + elf.entry, elf.headers_address ? base + elf.headers_address : 0, elf.header_count};
}

}  // namespace diptych::linux_guest
