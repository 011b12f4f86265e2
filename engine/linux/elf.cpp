#include "engine/linux/elf.hpp"

#include "engine/linux/shared_objects.hpp"
#include "engine/machine/program.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace diptych::linux_guest {
namespace {

static_assert(sizeof(Elf64_Phdr) == program_header_size);

std::unexpected<Error> bad(std::string message) { return fail(ErrorKind::bad_input, std::move(message)); }

// The headers may stand at any offset, so they are copied out instead of pointed at.
template <class T>
std::optional<T> read(std::span<const u8> file, u64 offset) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return value;
}

Access access_of(u32 flags) {
  Access access = Access::none;
  // As the kernel has it on RISC-V: what may be written or executed may be read as well.
  if (flags & (PF_R | PF_W | PF_X)) access = access | Access::read;
  if (flags & PF_W) access = access | Access::write;
  if (flags & PF_X) access = access | Access::execute;
  return access;
}

Result<void> check(const Elf64_Ehdr& header) {
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    return bad("it is not a 64-bit little-endian ELF file");
  if (header.e_machine != EM_RISCV)
    return bad(fmt::format("it is for another machine (ELF machine number {}), not for RISC-V", header.e_machine));
  if (header.e_type == ET_REL) return bad("it is an object file, not a program; link it with -static");
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return bad(fmt::format("it is no program (ELF type {})", header.e_type));
  if (header.e_phnum == 0) return bad("it has no program headers");
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return bad(fmt::format("its program headers have {} bytes each, not {}", header.e_phentsize, sizeof(Elf64_Phdr)));
  if (header.e_phoff % 8 != 0) return bad("its program headers are not aligned");
  if (header.e_entry % 2 != 0) return bad(fmt::format("its entry point {:#x} is odd", header.e_entry));
  return {};
}

Result<Segment> segment_of(const Elf64_Phdr& header, std::size_t file_size, u64 limit) {
  const Segment segment = {header.p_vaddr, header.p_memsz, header.p_offset, header.p_filesz, access_of(header.p_flags)};
  if (segment.file_size > segment.size)
    return bad(fmt::format("its segment at {:#x} holds more bytes in the file than in memory", segment.address));
  if (segment.offset > file_size || file_size - segment.offset < segment.file_size)
    return bad(fmt::format("it is cut off: its segment at {:#x} reaches beyond the end of the file", segment.address));
  if (segment.address >= limit || limit - segment.address < segment.size)
    return bad(fmt::format("its segment at {:#x} of {:#x} bytes does not fit below {:#x}", segment.address, segment.size, limit));
  if (segment.file_size != 0 && (segment.address - segment.offset) % page_size != 0)
    return bad(fmt::format("its segment at {:#x} lies at another place in its page than in the file", segment.address));
  return segment;
}

}  // namespace

Result<Elf> parse_elf(std::span<const u8> file, u64 limit) {
  if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) return bad("it is not an ELF file");
  const auto header = read<Elf64_Ehdr>(file, 0);
  if (!header) return bad("it is cut off within the ELF header");
  if (auto checked = check(*header); !checked) return std::unexpected(std::move(checked).error());

  Elf elf;
  elf.relocatable = header->e_type == ET_DYN;
  elf.entry = header->e_entry;
  elf.header_count = header->e_phnum;
  std::vector<Elf64_Phdr> programs;
  for (u64 i = 0; i < header->e_phnum; ++i) {
    // A sum that wraps is an offset that no file reaches.
    const u64 offset = header->e_phoff + i * sizeof(Elf64_Phdr);
    const auto program = offset < header->e_phoff ? std::nullopt : read<Elf64_Phdr>(file, offset);
    if (!program) return bad("it is cut off within the program headers");
    programs.push_back(*program);
  }
  if (std::string refusal = shared_objects(file, *header, programs).refusal(); !refusal.empty()) return bad(std::move(refusal));
  for (const Elf64_Phdr& program : programs) {
    if (program.p_type == PT_GNU_STACK) elf.executable_stack = program.p_flags & PF_X;
    if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
    Result<Segment> segment = segment_of(program, file.size(), limit);
    if (!segment) return std::unexpected(std::move(segment).error());
    if (!elf.segments.empty() && segment->address < elf.segments.back().end())
      return bad(fmt::format("its segments at {:#x} and {:#x} overlap or are out of order", elf.segments.back().address, segment->address));
    elf.segments.push_back(*segment);
  }
  if (elf.segments.empty()) return bad("nothing in it is to be loaded");
  // Without a first page at zero or a dynamic section nothing tells that it may be moved.
  if (elf.relocatable && std::ranges::find(programs, Elf64_Word{PT_DYNAMIC}, &Elf64_Phdr::p_type) == programs.end()) return bad("it is a shared object without a dynamic section, not a program");
  bool entered = false;
  for (const Segment& segment : elf.segments) {
    entered |= allows(segment.access, Access::execute) && elf.entry - segment.address < segment.size;
    const u64 within = header->e_phoff - segment.offset;
    if (header->e_phoff >= segment.offset && within < segment.file_size) elf.headers_address = segment.address + within;
  }
  if (!entered) return bad(fmt::format("its entry point {:#x} lies in none of its executable segments", elf.entry));
  return elf;
}

}  // namespace diptych::linux_guest
