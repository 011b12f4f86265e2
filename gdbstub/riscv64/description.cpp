#include "gdbstub/riscv64/description.hpp"

#include "engine/guest/riscv64/registers.hpp"

#include <array>

namespace diptych::gdb::riscv64 {
namespace {

constexpr std::string_view cpu = "org.gnu.gdb.riscv.cpu";
constexpr std::string_view fpu = "org.gnu.gdb.riscv.fpu";
constexpr std::string_view csr = "org.gnu.gdb.riscv.csr";

// What a register points at decides how gdb prints it.
std::string_view type_of_x(std::size_t i) {
  switch (i) {
    case 1:
      return "code_ptr";
    case 2:
    case 3:
    case 4:
    case 8:
      return "data_ptr";
    default:
      return "int";
  }
}

// What it is for, in lldb's words.
std::string_view part_of_x(std::size_t i) {
  constexpr std::array<std::string_view, 8> arguments = {"arg1", "arg2", "arg3", "arg4",
                                                         "arg5", "arg6", "arg7", "arg8"};
  switch (i) {
    case 1:
      return "ra";
    case 2:
      return "sp";
    case 4:
      return "tp";
    case 8:
      return "fp";
    default:
      return i >= 10 && i < 18 ? arguments[i - 10] : std::string_view();
  }
}

constexpr int dwarf_f = 32;  // x0 to x31 come before

}  // namespace

Description describe(std::string_view os_abi) {
  namespace guest = diptych::riscv64;
  Description result{
      .architecture = "riscv:rv64", .os_abi = os_abi, .registers = {}, .types = {}, .thread_pointer = x_number + 4};
  auto& registers = result.registers;
  for (std::size_t i = 0; i < 32; ++i)
    registers.push_back({.feature = cpu,
                         .name = i == 8 ? std::string_view("fp") : guest::x_names[i],
                         .bits = 64,
                         .type = type_of_x(i),
                         .expedited = true,
                         .other_name = guest::x_plain[i],
                         .generic = part_of_x(i),
                         .dwarf = static_cast<int>(i)});
  registers.push_back(
      {.feature = cpu, .name = "pc", .bits = 64, .type = "code_ptr", .expedited = true, .generic = "pc"});
  for (std::size_t i = 0; i < 32; ++i)
    registers.push_back({.feature = fpu,
                         .name = guest::f_names[i],
                         .bits = 64,
                         .type = "riscv_double",
                         .other_name = guest::f_plain[i],
                         .dwarf = dwarf_f + static_cast<int>(i)});
  for (const std::string_view name : {"fflags", "frm", "fcsr"})
    registers.push_back({.feature = fpu, .name = name, .bits = 32, .type = "int", .group = "float"});
  for (const std::string_view name : {"cycle", "time", "instret"})
    registers.push_back({.feature = csr, .name = name, .bits = 64, .type = "int", .group = "csr", .read_only = true});
  result.types.push_back({fpu,
                          "<union id=\"riscv_double\">"
                          "<field name=\"float\" type=\"ieee_single\"/>"
                          "<field name=\"double\" type=\"ieee_double\"/>"
                          "</union>\n"});
  return result;
}

}  // namespace diptych::gdb::riscv64
