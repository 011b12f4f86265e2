// What a process has said about signals, and those that wait for it.
#pragma once

#include "engine/machine/integers.hpp"

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace diptych::linux_guest {

constexpr int signal_count = 64;

/// As rt_sigaction has it on RISC-V, where there is no restorer.
struct SignalAction {
  u64 handler = 0;
  u64 flags = 0;
  u64 mask = 0;
};

/// As sigaltstack has it.
struct SignalStack {
  u64 address = 0;
  i32 flags = 2;  // SS_DISABLE
  i32 padding = 0;
  u64 size = 0;
};

/// siginfo_t as the guest sees it.
using SignalInformation = std::array<u8, 128>;

/// One signal, with what its siginfo tells. A fault has an address; others a sender and a value.
struct Signal {
  int number = 0;
  i32 code = 0;
  u64 address = 0;
  i32 sender = 0;
  u32 user = 0;
  u64 value = 0;
  std::shared_ptr<const SignalInformation> edited = nullptr;  ///< what a debugger has made of it
};

SignalInformation signal_information(const Signal& signal);

enum class DefaultAction : u8 { end, ignore, stop };
DefaultAction default_action(int number);

/// "SIGSEGV"; "signal 34" where it has no name.
std::string signal_name(int number);

constexpr u64 signal_bit(int number) { return u64{1} << (number - 1); }

class Signals {
 public:
  std::array<SignalAction, signal_count + 1> actions;  ///< by number; none has number 0
  u64 blocked = 0;
  SignalStack stack;

  /// Makes one wait. What is ignored, and a second of the same number below the real-time ones, is not
  /// kept.
  void raise(const Signal& signal);

  /// Takes one that waits and is in the set: the lowest number, of its kind the oldest.
  std::optional<Signal> take(u64 set);
  bool waiting(u64 set) const { return pending_ & set; }
  u64 pending() const { return pending_; }

  /// Forgets those of this number: it is ignored from now on.
  void discard(int number);

  bool ignores(int number) const;

 private:
  u64 pending_ = 0;
  std::deque<Signal> queue_;
};

}  // namespace diptych::linux_guest
