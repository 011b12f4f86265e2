#include "gdbstub/riscv64/description.hpp"
#include "tests/gdbstub/conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {
constexpr std::size_t all_digits = 2 * (65 * 8 + 3 * 4 + 3 * 8);
}

TEST_CASE("g and G carry every register") {
  Conversation with;
  std::string all = with.ask("g");
  REQUIRE(all.size() == all_digits);
  REQUIRE(all.substr(8 * 16, 16) == "0000020000000000");   // fp
  REQUIRE(all.substr(32 * 16, 16) == "0000010000000000");  // pc
  all.replace(10 * 16, 16, "efcdab8967452301");
  all.replace(65 * 16 + 16, 8, "e0000000");  // fcsr, which comes after its parts
  REQUIRE(with.ask("G" + all) == "OK");
  REQUIRE(with.register_value(10) == 0x0123456789abcdef);
  REQUIRE(with.register_value(gdb::riscv64::frm_number) == 7);
}

TEST_CASE("a G of the wrong size changes nothing") {
  Conversation with;
  const std::string all = with.ask("g");
  std::string changed = all;
  changed.replace(16, 16, "ffffffffffffffff");
  for (const std::string& bad : {std::string(), changed.substr(2), changed + "00", changed.substr(1), changed + "0",
                                 changed.substr(0, changed.size() - 1) + "x"})
    REQUIRE(with.ask("G" + bad) == "E16");
  REQUIRE(with.ask("g") == all);
  REQUIRE(with.ask("g1") == "E16");
}

TEST_CASE("p and P carry one") {
  Conversation with;
  REQUIRE(with.ask("p8") == "0000020000000000");
  REQUIRE(with.ask("P8=8877665544332211") == "OK");
  REQUIRE(with.ask("p8") == "8877665544332211");
  REQUIRE(with.ask("P43=1f000000") == "OK");
  REQUIRE(with.ask("p41") == "1f000000");
  REQUIRE(with.ask("P0=8877665544332211") == "OK");
  REQUIRE(with.ask("p0") == "0000000000000000");
}

TEST_CASE("a register that is not there, or a value of another size, is refused") {
  Conversation with;
  for (const char* bad : {"p", "p47", "p-1", "pffffffffffffffff", "p8x", "px", "P8", "P8=", "P8=00", "P47=00",
                          "P8=88776655443322110", "P8=887766554433221100", "P-1=00", "P41=8877665544332211"})
    REQUIRE(with.ask(bad) == "E16");
  REQUIRE(with.ask("P46=8877665544332211") == "E01");  // instret is the guest's own count
}

TEST_CASE("all registers are put aside and brought back, once") {
  Conversation with;
  const std::string before = with.ask("g");
  const std::string number = with.ask("QSaveRegisterState");
  REQUIRE(number == "1");
  REQUIRE(with.ask("QSaveRegisterState") == "2");
  with.ask("s");
  with.ask("P8=0000000000000001");
  REQUIRE(with.ask("QRestoreRegisterState:1") == "OK");
  // But for the counters, which cannot be set.
  REQUIRE(with.ask("g").substr(0, 2 * 8 * 65) == before.substr(0, 2 * 8 * 65));
  for (const char* bad : {"QRestoreRegisterState:1", "QRestoreRegisterState:99", "QRestoreRegisterState",
                          "QRestoreRegisterState:x", "QSaveRegisterState:1"})
    REQUIRE(with.ask(bad) == "E16");
}
