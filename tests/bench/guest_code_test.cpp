#include "tests/bench/guest_code.hpp"

#include "engine/ir/verify.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/stages.hpp"
#include "tests/catch.hpp"

#include <cstdio>
#include <fstream>
#include <unistd.h>

using namespace diptych;
using namespace diptych::bench;
namespace fs = std::filesystem;

namespace {

const fs::path program = fs::path(DIPTYCH_BENCH_PROGRAMS) / "sha256.riscv64";

GuestCode code_of(std::vector<u16> halves) {
  GuestCode code{0x10000, {}};
  for (u16 half : halves) code.bytes.insert(code.bytes.end(), {u8(half), u8(half >> 8)});
  return code;
}

}  // namespace

TEST_CASE("code is cut where an instruction ends its block") {
  // c.li a0, 0; addi a0, a0, 1; c.j 0 | c.jr ra | c.nop
  const GuestCode code = code_of({0x4501, 0x0513, 0x0015, 0xa001, 0x8082, 0x0001});
  const std::vector<Stretch> stretches = sweep(code);
  REQUIRE(stretches.size() == 3);
  CHECK(stretches[0].pc == 0x10000);
  CHECK(stretches[0].count == 3);
  CHECK(stretches[1].pc == 0x10008);
  CHECK(stretches[1].count == 1);
  CHECK(stretches[1].bytes == code.bytes.data() + 8);
  CHECK(stretches[2].count == 1);
}

TEST_CASE("half an instruction at the end is dropped") {
  const GuestCode code = code_of({0x0001, 0x0513});
  REQUIRE(sweep(code).size() == 1);
  CHECK(sweep(code)[0].count == 1);
  CHECK(sweep(code_of({0x0513})).empty());
  CHECK(sweep(GuestCode{}).empty());
}

TEST_CASE("a program's code is its section .text, where the tools say it lies") {
  const Result<GuestCode> code = read_code(program);
  REQUIRE(code);
  const auto listed = measure({"riscv64-linux-gnu-objdump", "-h", program.string()}, 60);
  REQUIRE(listed);
  char expected[64];
  std::snprintf(expected, sizeof expected, " .text         %08zx  %016llx", code->bytes.size(),
                static_cast<unsigned long long>(code->address));
  CHECK(listed->out.find(expected) != std::string::npos);

  const std::vector<Stage> all = stages();
  u64 bytes = 0;
  Batch batch;
  for (const Stretch& stretch : sweep(*code)) {
    CHECK(stretch.pc == code->address + bytes);
    batch.stretches = {&stretch, 1};
    for (const Stage& stage : all) {
      stage.run(batch);
      if (stage.name != "lift plainly") continue;
      // Behind it, a pass may find that the end is never reached.
      CHECK(batch.lifted[0].guest.size() == stretch.count);
      bytes = batch.lifted[0].end() - code->address;
    }
    if (const Result<void> formed = ir::verify(batch.blocks[0]); !formed) FAIL(formed.error().message);
    if (const Result<void> formed = ir::verify(batch.lifted[0]); !formed) FAIL(formed.error().message);
  }
  CHECK(code->bytes.size() - bytes < 4);
}

TEST_CASE("what is no RISC-V program is refused") {
  std::string name = (fs::temp_directory_path() / "diptych-bench-XXXXXX").string();
  const int descriptor = ::mkstemp(name.data());
  REQUIRE(descriptor >= 0);
  ::close(descriptor);
  std::ifstream stream(program, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(stream)), {});
  for (std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{64}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(name, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    const Result<GuestCode> code = read_code(name);
    REQUIRE(!code);
    CHECK(code.error().message == name + " is no RISC-V program with a section .text");
  }
  fs::remove(name);
  CHECK(!read_code(fs::path(DIPTYCH_BENCH_PROGRAMS) / "sha256.native"));
  CHECK(read_code("/no/such/file").error().message == "/no/such/file cannot be read");
}
