// What a file needs of others, also where its bytes are damaged.
#include "engine/linux/shared_objects.hpp"
#include "tests/catch.hpp"

#include <cstring>

using namespace diptych;
using namespace diptych::linux_guest;

namespace {

/// A file whose strings lie at 0x40 and whose dynamic entries at 0x80, mapped at 0x10000.
struct Sample {
  std::vector<u8> file = std::vector<u8>(0x200);
  Elf64_Ehdr header{};
  std::vector<Elf64_Phdr> programs;

  explicit Sample(std::vector<Elf64_Dyn> entries) {
    std::memcpy(file.data() + 0x41, "libone.so", 10);
    std::memcpy(file.data() + 0x51, "lib\ntwo.so", 11);
    std::memcpy(file.data() + 0x80, entries.data(), entries.size() * sizeof(Elf64_Dyn));
    header.e_type = ET_DYN;
    programs.push_back({.p_type = PT_LOAD, .p_flags = PF_R, .p_offset = 0, .p_vaddr = 0x10000, .p_paddr = 0, .p_filesz = 0x200, .p_memsz = 0x200, .p_align = 1});
    programs.push_back({.p_type = PT_DYNAMIC, .p_flags = PF_R, .p_offset = 0x80, .p_vaddr = 0x10080, .p_paddr = 0, .p_filesz = 0x100, .p_memsz = 0x100, .p_align = 8});
  }
  std::string refusal() const { return shared_objects(file, header, programs).refusal(); }
};

Elf64_Dyn entry(i64 tag, u64 value) { return {.d_tag = tag, .d_un = {.d_val = value}}; }

}  // namespace

TEST_CASE("needed libraries are named") {
  CHECK(Sample({entry(DT_STRTAB, 0x10040), entry(DT_NEEDED, 1), entry(DT_NEEDED, 0x11)}).refusal() ==
        "it is dynamically linked; it needs the shared libraries libone.so, lib?two.so, and these are not supported yet; link it with -static");
  CHECK(Sample({entry(DT_STRTAB, 0x10040), entry(DT_SONAME, 1)}).refusal() == "it is a shared library, not a program; link a program with -static");
  CHECK(Sample({entry(DT_FLAGS_1, DF_1_PIE)}).refusal() == "");
}

TEST_CASE("damaged dynamic entries name nothing and read nothing beyond the file") {
  CHECK(Sample({entry(DT_NEEDED, 1)}).refusal().find("of an unreadable name") != std::string::npos);
  CHECK(Sample({entry(DT_STRTAB, 0x10040), entry(DT_NEEDED, ~u64{0})}).refusal().find("of an unreadable name") != std::string::npos);
  CHECK(Sample({entry(DT_STRTAB, ~u64{0}), entry(DT_NEEDED, 1)}).refusal().find("of an unreadable name") != std::string::npos);
  Sample far({entry(DT_NEEDED, 1)});
  far.programs[1].p_offset = ~u64{7};
  far.programs.push_back({.p_type = PT_INTERP, .p_flags = PF_R, .p_offset = ~u64{0}, .p_vaddr = 0, .p_paddr = 0, .p_filesz = 8, .p_memsz = 8, .p_align = 1});
  CHECK(far.refusal() == "it is dynamically linked; it needs the loader of an unreadable name, and that is not supported yet; link it with -static");
  // More entries than the file holds, and than are worth reading.
  Sample endless(std::vector<Elf64_Dyn>(24, entry(DT_NEEDED, 1)));
  endless.programs[1].p_filesz = ~u64{0};
  CHECK(endless.refusal().size() < 4096);
}
