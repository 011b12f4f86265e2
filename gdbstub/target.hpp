// What is being debugged, as the protocol sees it: registers and memory as bytes, and a guest that runs
// a while and halts. It knows nothing of packets.
#pragma once

#include "engine/machine/integers.hpp"
#include "gdbstub/description.hpp"
#include "gdbstub/signal.hpp"

#include <optional>
#include <span>
#include <string>

namespace diptych::gdb {

enum class HaltKind : u8 {
  stopped,  ///< by a signal; it can go on
  exited,   ///< it ended by itself, with an exit code
  killed,   ///< it ended by a signal
};

enum class HaltReason : u8 { other, software_breakpoint, hardware_breakpoint };

/// Why the guest does not run.
struct Halt {
  HaltKind kind = HaltKind::stopped;
  Signal signal = Signal::trap;  ///< of `stopped` and `killed`
  u8 exit_code = 0;
  HaltReason reason = HaltReason::other;

  bool alive() const { return kind == HaltKind::stopped; }
  bool operator==(const Halt&) const = default;
};

enum class ResumeKind : u8 {
  go_on,
  step,   ///< one instruction
  range,  ///< at least one, then until the PC lies outside [begin, end)
};

struct Resume {
  ResumeKind kind = ResumeKind::go_on;
  u64 begin = 0;
  u64 end = 0;
};

enum class BreakpointKind : u8 { software, hardware };

class Target {
 public:
  Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual ~Target() = default;

  virtual const Description& description() const = 0;

  /// `number` is one of the description's, and `bytes` as long as that register, in the guest's order of
  /// bytes. Writing a read-only register has no effect.
  virtual void read_register(std::size_t number, std::span<u8> bytes) const = 0;
  virtual void write_register(std::size_t number, std::span<const u8> bytes) = 0;

  /// Reads as far as there is memory, whatever the guest's own rights to it, and says how many bytes
  /// that was.
  virtual std::size_t read_memory(u64 address, std::span<u8> bytes) const = 0;

  /// Writes all bytes, whatever the guest's own rights, or none and says false. Instructions changed so
  /// are executed as changed.
  virtual bool write_memory(u64 address, std::span<const u8> bytes) = 0;

  /// Halts before the instruction at this address. Guest memory shows no trace of it. False where no
  /// instruction can stand there, or there are too many. Inserting twice is inserting once; removing
  /// what is not there is no error.
  virtual bool insert_breakpoint(BreakpointKind kind, u64 address) = 0;
  virtual void remove_breakpoint(BreakpointKind kind, u64 address) = 0;
  virtual void remove_all_breakpoints() = 0;

  virtual u64 program_counter() const = 0;
  virtual void set_program_counter(u64 address) = 0;

  /// Says how the guest goes on; advance() then makes it. A breakpoint at the PC counts only if the PC
  /// was changed since the guest halted: who halts there and goes on wants to get past it.
  virtual void resume(Resume how) = 0;

  /// Lets it execute no more than `most` instructions. Nothing if it could go on.
  virtual std::optional<Halt> advance(u64 most) = 0;

  /// How things stand, in lines for a person.
  virtual std::string status() const = 0;

  /// Back to where it began. Breakpoints stay.
  virtual void restart() = 0;
};

}  // namespace diptych::gdb
