// The independent disassembler: LLVM's, for RV64GC with Zba, Zbb and Zbs.
#pragma once

#include "engine/machine/integers.hpp"

#include <memory>
#include <string>

namespace diptych {

class LlvmDisassembler {
 public:
  /// Throws std::runtime_error where this LLVM lacks the target.
  LlvmDisassembler();
  ~LlvmDisassembler();
  LlvmDisassembler(const LlvmDisassembler&) = delete;
  LlvmDisassembler& operator=(const LlvmDisassembler&) = delete;

  /// The text without aliases, words apart by one blank; empty where LLVM knows no such instruction.
  /// Valid until the next call.
  const std::string& text(u32 word);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace diptych
