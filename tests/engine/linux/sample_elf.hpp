// A program file made by hand, to be damaged.
#pragma once

#include "engine/machine/integers.hpp"

#include <elf.h>

#include <cstring>
#include <vector>

namespace diptych::linux_test {

struct SampleElf {
  Elf64_Ehdr header{};
  std::vector<Elf64_Phdr> programs;
  std::size_t size = 0x3000;

  SampleElf() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_EXEC;
    header.e_machine = EM_RISCV;
    header.e_entry = 0x10100;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    programs.push_back(load(PF_R | PF_X, 0, 0x10000, 0x1000, 0x1000));
    programs.push_back(load(PF_R | PF_W, 0x1800, 0x12800, 0x800, 0x5000));
  }

  static Elf64_Phdr load(u32 flags, u64 offset, u64 address, u64 file_size, u64 size) {
    Elf64_Phdr program{};
    program.p_type = PT_LOAD;
    program.p_flags = flags;
    program.p_offset = offset;
    program.p_vaddr = address;
    program.p_filesz = file_size;
    program.p_memsz = size;
    return program;
  }

  /// The bytes from `offset` on tell their own offsets.
  std::vector<u8> bytes() const {
    std::vector<u8> file(size);
    for (std::size_t i = 0; i < size; ++i) file[i] = static_cast<u8>(i ^ i >> 8);
    Elf64_Ehdr counted = header;
    counted.e_phnum = static_cast<u16>(programs.size());
    std::memcpy(file.data(), &counted, sizeof counted);
    std::memcpy(file.data() + sizeof counted, programs.data(), programs.size() * sizeof(Elf64_Phdr));
    return file;
  }
};

}  // namespace diptych::linux_test
