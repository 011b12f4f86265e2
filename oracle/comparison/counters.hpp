// Counters against the budget. No reference can say what a counter reads: its own counts something else, or the host's
// time. A run that is cut off behind the read can: so many instructions retired before it.
#pragma once

#include "corpus/case.hpp"
#include "engine/guest/riscv64/trace.hpp"

#include <string>
#include <vector>

namespace diptych {

/// A run up to a counter's read, as a case that expects the number of instructions before it.
struct CounterRead {
  Case run;
  std::string mnemonic;
};

/// Whether code, read from its start, reads a counter.
bool reads_counter(const Program& program);

class CounterReads {
 public:
  /// The first few reads of a run that leave their value in a register. Valid until the next call.
  const std::vector<CounterRead>& of(const Program& program, const Input& input, Budget budget);

 private:
  riscv64::Tracer tracer_;
  std::vector<riscv64::Traced> trace_;
  std::vector<CounterRead> reads_;
};

}  // namespace diptych
