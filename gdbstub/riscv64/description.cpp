#include "gdbstub/riscv64/description.hpp"

#include "engine/guest/riscv64/registers.hpp"

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

Description make() {
  namespace guest = diptych::riscv64;
  Description result{.architecture = "riscv:rv64", .os_abi = "none", .registers = {}, .types = {}};
  auto& registers = result.registers;
  for (std::size_t i = 0; i < 32; ++i)
    registers.push_back({.feature = cpu,
                         .name = i == 8 ? std::string_view("fp") : guest::x_names[i],
                         .bits = 64,
                         .type = type_of_x(i),
                         .expedited = true});
  registers.push_back({.feature = cpu, .name = "pc", .bits = 64, .type = "code_ptr", .expedited = true});
  for (std::size_t i = 0; i < 32; ++i)
    registers.push_back({.feature = fpu, .name = guest::f_names[i], .bits = 64, .type = "riscv_double"});
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

}  // namespace

const Description& description() {
  static const Description result = make();
  return result;
}

}  // namespace diptych::gdb::riscv64
