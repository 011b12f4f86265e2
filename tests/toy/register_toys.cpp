// Linked into a command and a worker of the tests' own, this gives them machines more.
#include "oracle/machines.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"
#include "tests/toy/toy_machine.hpp"

#include <csignal>

namespace diptych {
namespace {

// The interpreter, which dies of this signal behind an instruction that leaves an odd number.
std::unique_ptr<Machine> make_mortal_machine(std::string name, std::string mnemonic, int signal) {
  return std::make_unique<FaultyMachine>(std::move(name), std::move(mnemonic), [signal](GuestState& after, const riscv64::Decoded& decoded) {
    if (decoded.operands.rd != 0 && after.words[decoded.operands.rd] & 1) {
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    }
  });
}

// The interpreter, one of whose additions in a thousand is wrong.
std::unique_ptr<Machine> make_moody_machine() {
  return std::make_unique<FaultyMachine>("moody", "add", [](GuestState& after, const riscv64::Decoded& decoded) {
    static u64 additions = 0;
    if (++additions % 1000 == 0 && decoded.operands.rd != 0) after.words[decoded.operands.rd] ^= 1;
  });
}

[[maybe_unused]] const bool registered = [] {
  register_machine({"toy", false, [](Guest) -> Result<std::unique_ptr<Machine>> { return make_toy_machine("toy", true); }});
  register_machine({"toy-right", false, [](Guest) -> Result<std::unique_ptr<Machine>> { return make_toy_machine("toy-right", false); }});
  register_machine({"mortal", false, [](Guest) -> Result<std::unique_ptr<Machine>> { return make_mortal_machine("mortal", "remuw", SIGSEGV); }});
  register_machine({"moody", false, [](Guest) -> Result<std::unique_ptr<Machine>> { return make_moody_machine(); }});
  register_machine({"doomed", false, [](Guest) -> Result<std::unique_ptr<Machine>> { return make_mortal_machine("doomed", "addi", SIGABRT); }});
  return true;
}();

}  // namespace
}  // namespace diptych
