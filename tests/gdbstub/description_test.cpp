#include "gdbstub/description.hpp"

#include "gdbstub/riscv64/description.hpp"
#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("a description lists each feature once, its types before its registers") {
  const Description two = {.architecture = "somewhere",
                           .os_abi = "none",
                           .registers = {{.feature = "f1", .name = "r0", .bits = 32, .type = "int"},
                                         {.feature = "f1", .name = "r1", .bits = 8, .type = "int", .group = "system"},
                                         {.feature = "f2", .name = "r2", .bits = 64, .type = "double", .read_only = true}},
                           .types = {{"f2", "<union id=\"double\"/>\n"}}};
  REQUIRE(describe_in_xml(two) ==
          "<?xml version=\"1.0\"?>\n"
          "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
          "<target version=\"1.0\">\n"
          "<architecture>somewhere</architecture>\n"
          "<osabi>none</osabi>\n"
          "<feature name=\"f1\">\n"
          "<reg name=\"r0\" bitsize=\"32\" type=\"int\" regnum=\"0\" encoding=\"uint\" format=\"hex\"/>\n"
          "<reg name=\"r1\" bitsize=\"8\" type=\"int\" regnum=\"1\" encoding=\"uint\" format=\"hex\" group=\"system\"/>\n"
          "</feature>\n"
          "<feature name=\"f2\">\n"
          "<union id=\"double\"/>\n"
          "<reg name=\"r2\" bitsize=\"64\" type=\"double\" regnum=\"2\" encoding=\"ieee754\" format=\"float\" save-restore=\"no\"/>\n"
          "</feature>\n"
          "</target>\n");
}

TEST_CASE("RISC-V's registers have the numbers gdb gives them") {
  const auto& registers = riscv64::describe("none").registers;
  REQUIRE(registers.size() == 71);
  REQUIRE(registers[10].name == "a0");
  REQUIRE(registers[riscv64::pc_number].name == "pc");
  REQUIRE(registers[riscv64::f_number + 10].name == "fa0");
  REQUIRE(registers[riscv64::fflags_number].name == "fflags");
  REQUIRE(registers[riscv64::frm_number].name == "frm");
  REQUIRE(registers[riscv64::fcsr_number].name == "fcsr");
  REQUIRE(registers[riscv64::cycle_number].name == "cycle");
  REQUIRE(registers[riscv64::time_number].name == "time");
  REQUIRE(registers[riscv64::instret_number].name == "instret");
}

TEST_CASE("what a debugger of another school asks for stands beside it") {
  const Description one = {.architecture = "somewhere",
                           .os_abi = {},
                           .registers = {{.feature = "f",
                                          .name = "sp",
                                          .bits = 64,
                                          .type = "data_ptr",
                                          .other_name = "x2",
                                          .generic = "sp",
                                          .dwarf = 2}},
                           .types = {}};
  const std::string xml = describe_in_xml(one);
  REQUIRE(xml.find("<osabi>") == std::string::npos);
  REQUIRE(xml.find("<reg name=\"sp\" bitsize=\"64\" type=\"data_ptr\" regnum=\"0\" encoding=\"uint\" format=\"hex\" altname=\"x2\" generic=\"sp\" "
                   "dwarf_regnum=\"2\" ehframe_regnum=\"2\"/>") != std::string::npos);
}
