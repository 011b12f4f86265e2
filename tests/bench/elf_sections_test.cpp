#include "tests/bench/elf_sections.hpp"

#include "tests/bench/measure.hpp"
#include "tests/catch.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::bench;

namespace {

std::vector<u8> bytes_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("a function is where the tools say it lies") {
  for (const std::string suffix : {"riscv64", "native"}) {
    const std::string program = std::string(DIPTYCH_BENCH_PROGRAMS) + "/sha256." + suffix;
    const std::vector<u8> bytes = bytes_of(program);
    const auto sections = ElfSections::of(bytes);
    REQUIRE(sections);
    const auto listed = measure({"nm", program}, 60);
    REQUIRE(listed);
    for (const char* name : {"main", "_start"}) {
      const auto address = sections->symbol(name);
      REQUIRE(address);
      CHECK_THAT(listed->out, Catch::Contains(fmt::format("{:016x} T {}\n", *address, name)));
    }
    CHECK(!sections->symbol("mai"));
    CHECK(!sections->symbol("mainx"));
    CHECK(!sections->named(".none"));
    CHECK(!sections->named(".bss"));  // it has no bytes
  }
}

TEST_CASE("what a file does not hold to its end is not in it") {
  const std::vector<u8> whole = bytes_of(std::string(DIPTYCH_BENCH_PROGRAMS) + "/sha256.riscv64");
  for (std::size_t size : {std::size_t{0}, std::size_t{63}}) CHECK(!ElfSections::of({whole.data(), size}));
  for (std::size_t size : {std::size_t{64}, whole.size() / 2, whole.size() - 1}) {
    const auto sections = ElfSections::of({whole.data(), size});
    REQUIRE(sections);
    CHECK(!sections->named(".text"));
    CHECK(!sections->symbol("main"));
  }
}
