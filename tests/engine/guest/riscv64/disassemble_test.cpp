#include "engine/guest/riscv64/table.hpp"

#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/assemble.hpp"

#include <random>

using namespace diptych;
using namespace diptych::riscv64;

TEST_CASE("instructions read as assembly with ABI names") {
  CHECK(disassemble(0x00a58533) == "add a0, a1, a0");
  CHECK(disassemble(0xfe112e23) == "sw ra, -4(sp)");
  CHECK(disassemble(0x80000537) == "lui a0, 0x80000");
  CHECK(disassemble(0xfeb50fe3) == "beq a0, a1, -2");
  CHECK(disassemble(0x80b5262f) == "amomin.w a2, a1, (a0)");
  CHECK(disassemble(0x1405b52f) == "lr.d.aq a0, (a1)");
  CHECK(disassemble(0x1ac5a52f) == "sc.w.rl a0, a2, (a1)");
  CHECK(disassemble(0x06c5a52f) == "amoadd.w.aqrl a0, a2, (a1)");
  CHECK(disassemble(0x00c5f553) == "fadd.s fa0, fa1, fa2, dyn");
  CHECK(disassemble(0x00c58553) == "fadd.s fa0, fa1, fa2, rne");
  CHECK(disassemble(0x00359573) == "csrrw a0, fcsr, a1");
  CHECK(disassemble(0x30002573) == "csrrs a0, 0x300, zero");
  CHECK(disassemble(0x003fd073) == "csrrwi zero, fcsr, 31");
  CHECK(disassemble(0x0310000f) == "fence rw, w");
  CHECK(disassemble(0x0ff0000f) == "fence iorw, iorw");
  CHECK(disassemble(0x0000000f) == "fence 0, 0");
  CHECK(disassemble(0x8330000f) == "fence.tso");
  CHECK(disassemble(0x00000073) == "ecall");
  CHECK(disassemble(0x7139) == "c.addi16sp sp, -64");
  CHECK(disassemble(0x70e2) == "c.ldsp ra, 56(sp)");
  CHECK(disassemble(0x7081) == "c.lui ra, 0xfffe0");
  CHECK(disassemble(0x2188) == "c.fld fa0, 0(a1)");
}

TEST_CASE("what is no instruction reads as data") {
  CHECK(disassemble(0) == ".half 0x0000");
  CHECK(disassemble(0x6101) == ".half 0x6101");
  CHECK(disassemble(0xabcd8000) == ".half 0x8000");
  CHECK(disassemble(0xffffffff) == ".word 0xffffffff");
  CHECK(disassemble(0x30200073) == ".word 0x30200073");
}

TEST_CASE("every row's text assembles to a word of the same meaning") {
  std::mt19937 random(17);
  for (const Row& row : rows())
    for (int n = 0; n < 100; ++n) {
      u32 word = (u32(random()) & ~row.encoding.mask) | row.encoding.match;
      if (row.encoding.length == 2) word &= 0xffff;
      const Decoded decoded = decode(word);
      if (!decoded.row) continue;
      // Fields no text shows, because nothing reads them.
      for (std::string_view silent : {"fm", "rs1", "rd", "imm"})
        if (decoded.row->form.find(silent) == std::string_view::npos)
          if (const Field* field = decoded.row->encoding.field(silent)) word = field->insert(word, 0);
      if (decode(word).row != decoded.row) continue;
      const std::string text = disassemble(word);
      INFO(text);
      REQUIRE(assemble(text) == word);
    }
}
