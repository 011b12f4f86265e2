// Program files, good, bad and damaged.
#include "tests/engine/linux/sample_elf.hpp"

#include "engine/linux/elf.hpp"
#include "engine/linux/layout.hpp"
#include "engine/linux/load.hpp"
#include "tests/catch.hpp"

#include <functional>
#include <random>

using namespace diptych;
using namespace diptych::linux_guest;
using linux_test::SampleElf;

namespace {

std::string refusal(const std::function<void(SampleElf&)>& change) {
  SampleElf sample;
  change(sample);
  const auto elf = parse_elf(sample.bytes(), address_limit);
  return elf ? "accepted" : elf.error().message;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a program file tells its segments, its entry and where its headers are") {
  const auto elf = parse_elf(SampleElf().bytes(), address_limit);
  REQUIRE(elf);
  CHECK(!elf->relocatable);
  CHECK(elf->entry == 0x10100);
  CHECK(elf->headers_address == 0x10000 + sizeof(Elf64_Ehdr));
  CHECK(elf->header_count == 2);
  REQUIRE(elf->segments.size() == 2);
  CHECK(elf->segments[0].access == (Access::read | Access::execute));
  CHECK(elf->segments[1].access == (Access::read | Access::write));
  CHECK(elf->segments[1].end() == 0x17800);
  CHECK(elf->lowest() == 0x10000);
  CHECK(elf->highest() == 0x17800);
}

TEST_CASE("what cannot be run is refused by a sentence that says why") {
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_ident[0] = 0; }), "not an ELF file"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_ident[EI_CLASS] = ELFCLASS32; }), "not a 64-bit"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_ident[EI_DATA] = ELFDATA2MSB; }), "little-endian"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_machine = EM_X86_64; }), "number 62"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_type = ET_REL; }), "object file"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_type = ET_CORE; }), "no program"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_entry = 0x10101; }), "is odd"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_entry = 0x12900; }), "executable segments"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs.clear(); }), "no program headers"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_phentsize = 32; }), "32 bytes each"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_phoff = 65; }), "not aligned"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_phoff = 0x2ff8; }), "cut off within the program headers"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_phoff = ~u64{7}; }), "cut off within the program headers"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[1].p_type = PT_INTERP; }), "it is dynamically linked; it needs the loader"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[1].p_memsz = 0x7ff; }), "more bytes in the file than in memory"));
  CHECK(holds(refusal([](SampleElf& s) { s.size = 0x1900; }), "beyond the end of the file"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[1].p_offset = ~u64{0x7ff}; }), "beyond the end of the file"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[1].p_memsz = u64{1} << 60; }), "does not fit"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[1].p_vaddr = ~u64{0x7ff}; }), "does not fit"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[1].p_vaddr = 0x12801; }), "another place in its page"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[1].p_vaddr = 0x10800; }), "overlap"));
  CHECK(holds(refusal([](SampleElf& s) { std::swap(s.programs[0], s.programs[1]); }), "out of order"));
  CHECK(holds(refusal([](SampleElf& s) { s.programs[0].p_type = s.programs[1].p_type = PT_NOTE; }), "nothing in it"));
  CHECK(holds(refusal([](SampleElf& s) { s.header.e_type = ET_DYN; }), "shared object"));
  CHECK(holds(parse_elf(std::vector<u8>{0x7f, 'E', 'L', 'F', 2, 1}, address_limit).error().message, "within the ELF header"));
  CHECK(!parse_elf({}, address_limit));
}

TEST_CASE("segments come to lie where they belong, with zeros behind their bytes") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  MemoryMap map(*window, [](Range) {});
  SampleElf sample;
  SECTION("as the file says") {}
  SECTION("moved, where they may be") {
    sample.header.e_type = ET_DYN;
    Elf64_Phdr dynamic{};
    dynamic.p_type = PT_DYNAMIC;
    sample.programs.push_back(dynamic);
    sample.header.e_entry = 0x100;
    sample.programs[0].p_vaddr = 0;
    sample.programs[1].p_vaddr = 0x2800;
  }
  const std::vector<u8> file = sample.bytes();
  const auto elf = parse_elf(file, address_limit);
  REQUIRE(elf);
  const auto loaded = load(*elf, file, map);
  REQUIRE(loaded);
  const u64 begin = elf->relocatable ? relocatable_base : 0x10000;
  CHECK(loaded->entry == begin + 0x100);
  CHECK(loaded->headers == begin + sizeof(Elf64_Ehdr));
  CHECK(std::memcmp(window->base() + begin, file.data(), 0x1000) == 0);
  CHECK(std::memcmp(window->base() + begin + 0x2800, file.data() + 0x1800, 0x800) == 0);
  for (u64 address = begin + 0x3000; address < begin + 0x7800; ++address)
    if (window->base()[address] != 0) FAIL(address);
  CHECK(window->rights(begin) == (Access::read | Access::execute));
  CHECK(window->rights(begin + 0x7fff) == (Access::read | Access::write));
  CHECK(!map.at(begin + 0x8000));
  CHECK(map.move_break(0) == begin + 0x8000);
}

TEST_CASE("no place in memory is given to a program that lies where it must not") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  MemoryMap map(*window, [](Range) {});
  for (const u64 address : {u64{0}, stack_top - 0x2000, mappings_top - 0x1000}) {
    SampleElf sample;
    sample.programs.resize(1);
    sample.programs[0].p_vaddr = address;
    sample.programs[0].p_memsz = 0x2000;
    sample.header.e_entry = address;
    const std::vector<u8> file = sample.bytes();
    const auto elf = parse_elf(file, address_limit);
    REQUIRE(elf);
    CHECK(!load(*elf, file, map));
  }
}

TEST_CASE("any bytes at all are a program or a sentence") {
  std::mt19937_64 random(1);
  const std::vector<u8> whole = SampleElf().bytes();
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<u8> file = whole;
    if (round % 4 == 0) file.resize(random() % file.size());
    for (u64 i = random() % 6; i > 0 && !file.empty(); --i) {
      const std::size_t at = random() % std::min<std::size_t>(file.size(), 200);
      // Numbers at the edges of their types are what arithmetic trips over.
      if (random() % 2) file[at] = static_cast<u8>(random());
      else for (std::size_t k = at; k < std::min(at + 8, file.size()); ++k) file[k] = 0xff;
    }
    const auto elf = parse_elf(file, address_limit);
    if (!elf) {
      CHECK(!elf.error().message.empty());
      continue;
    }
    ++accepted;
    REQUIRE(!elf->segments.empty());
    u64 before = 0;
    for (const Segment& segment : elf->segments) {
      REQUIRE(segment.file_size <= segment.size);
      REQUIRE(segment.offset + segment.file_size <= file.size());
      REQUIRE(segment.address >= before);
      REQUIRE(segment.end() <= address_limit);
      before = segment.end();
    }
    // Few, and of a size that a test can spend time on, are also laid out.
    if (accepted % 16 != 0 || elf->highest() - elf->lowest() > u64{1} << 24) continue;
    MemoryMap map(*window, [](Range) {});
    const auto loaded = load(*elf, file, map);
    const u64 base = loaded ? loaded->base : 0;
    for (const Segment& segment : elf->segments)
      map.unmap(page_floor(base + segment.address), page_ceiling(base + segment.end()) - page_floor(base + segment.address));
  }
  CHECK(accepted > 1000);
}
