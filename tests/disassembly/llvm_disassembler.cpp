#include "tests/disassembly/llvm_disassembler.hpp"

#include <llvm-c/Target.h>
#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstPrinter.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Triple.h>

#include <stdexcept>

namespace diptych {

// In the order each needs the ones before it.
struct LlvmDisassembler::State {
  llvm::MCTargetOptions options;
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> syntax;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<llvm::MCDisassembler> disassembler;
  std::unique_ptr<llvm::MCInstPrinter> printer;
  llvm::SmallString<128> printed;
  std::string text;
};

LlvmDisassembler::LlvmDisassembler() : state_(std::make_unique<State>()) {
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializeRISCVDisassembler();
  const llvm::Triple triple("riscv64");
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple.str(), error);
  if (!target) throw std::runtime_error("this LLVM has no riscv64: " + error);
  State& s = *state_;
  s.registers.reset(target->createMCRegInfo(triple.str()));
  s.syntax.reset(target->createMCAsmInfo(*s.registers, triple.str(), s.options));
  s.instructions.reset(target->createMCInstrInfo());
  s.subtarget.reset(target->createMCSubtargetInfo(triple.str(), "generic-rv64",
                                                  "+m,+a,+f,+d,+c,+zicsr,+zifencei,+zba,+zbb,+zbs"));
  s.context = std::make_unique<llvm::MCContext>(triple, s.syntax.get(), s.registers.get(), s.subtarget.get());
  s.disassembler.reset(target->createMCDisassembler(*s.subtarget, *s.context));
  s.printer.reset(target->createMCInstPrinter(triple, s.syntax->getAssemblerDialect(), *s.syntax, *s.instructions,
                                              *s.registers));
  if (!s.disassembler || !s.printer) throw std::runtime_error("this LLVM cannot disassemble riscv64");
  if (!s.printer->applyTargetSpecificCLOption("no-aliases"))
    throw std::runtime_error("this LLVM cannot print riscv64 without aliases");
}

LlvmDisassembler::~LlvmDisassembler() = default;

const std::string& LlvmDisassembler::text(u32 word) {
  State& s = *state_;
  s.text.clear();
  const u8 bytes[4] = {u8(word), u8(word >> 8), u8(word >> 16), u8(word >> 24)};
  const std::size_t length = (word & 3) == 3 ? 4 : 2;
  llvm::MCInst instruction;
  uint64_t size = 0;
  if (s.disassembler->getInstruction(instruction, size, llvm::ArrayRef<uint8_t>(bytes, length), 0, llvm::nulls()) !=
      llvm::MCDisassembler::Success)
    return s.text;
  s.printed.clear();
  llvm::raw_svector_ostream stream(s.printed);
  s.printer->printInst(&instruction, 0, "", *s.subtarget, stream);
  for (char c : s.printed) {
    const bool blank = c == ' ' || c == '\t' || c == '\n';
    if (!blank) s.text += c;
    else if (!s.text.empty() && s.text.back() != ' ') s.text += ' ';
  }
  while (!s.text.empty() && s.text.back() == ' ') s.text.pop_back();
  return s.text;
}

}  // namespace diptych
