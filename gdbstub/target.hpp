// What is being debugged, as the protocol sees it: threads with registers, memory as bytes, and a guest that
// runs a while and halts. It knows nothing of packets.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"
#include "engine/machine/stop.hpp"
#include "gdbstub/description.hpp"
#include "gdbstub/signal.hpp"

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::gdb {

enum class HaltKind : u8 {
  stopped,  ///< by a signal; it can go on
  exited,   ///< it ended by itself, with an exit code
  killed,   ///< it ended by a signal
};

enum class HaltReason : u8 {
  other,
  software_breakpoint,
  hardware_breakpoint,
  write_watch,   ///< a watchpoint for writes
  read_watch,    ///< for reads
  access_watch,  ///< for both
  call_entry,    ///< before a system call that is caught
  call_return,   ///< and after it
  replay_begin,  ///< going back ends where the record begins
  replay_end,    ///< going forward has come to where the record ends
};

/// Why the guest does not run.
struct Halt {
  HaltKind kind = HaltKind::stopped;
  Signal signal = Signal::trap;  ///< of `stopped` and `killed`
  u8 exit_code = 0;
  HaltReason reason = HaltReason::other;
  u64 detail = 0;  ///< the watched address, or the number of the system call
  u32 thread = 0;  ///< which one halted; 0: no one in particular, and it is told of the one last selected

  bool alive() const { return kind == HaltKind::stopped; }
  bool operator==(const Halt&) const = default;
};

enum class ResumeKind : u8 {
  go_on,
  step,   ///< one instruction
  range,  ///< at least one, then until the PC lies outside [begin, end)
};

enum class Direction : u8 { forward, backward };

struct Resume {
  ResumeKind kind = ResumeKind::go_on;
  u64 begin = 0;
  u64 end = 0;
  Direction direction = Direction::forward;
  std::optional<Signal> signal = {};  ///< to be delivered; none: the one that halted it, if any, is dropped
  u32 thread = 0;                     ///< which one moves; 0: all together
  u32 focus = 0;                      ///< whose step it is
  bool silent = false;                ///< the debugger goes on by itself: its user has not seen the last halt
};

enum class BreakpointKind : u8 { software, hardware };

/// Numbers count from 1.
struct ThreadInfo {
  u32 number = 1;
  std::string name;
};

struct MappingInfo {
  u64 begin = 0;
  u64 end = 0;
  Access access = Access::none;
  std::string name;  ///< a file, or [stack] and the like; empty: anonymous
  u64 offset = 0;    ///< in the file
};

struct ProcessInfo {
  u64 id = 1;
  std::string triple;   ///< as LLVM writes it: riscv64-unknown-linux-gnu
  std::string program;  ///< the guest's absolute path of it; empty: there is no file, as of a case
  std::vector<std::string> arguments;
  std::string name = {};       ///< at most 15 bytes, as the system has it
  std::string directory = {};  ///< the current one, as the guest sees it; empty: it cannot
};

struct OpenFileInfo {
  u64 number = 0;
  std::string name;  ///< a path, pipe:[1] and the like
};

/// How a program is started again.
struct Launch {
  std::optional<std::vector<std::string>> arguments;  ///< without the program's name; none: as it was started first
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;  ///< changes: a value, or unset
};

/// What `monitor NAME ARGUMENTS` does: the text is printed in the debugger's console.
struct MonitorCommand {
  std::string name;
  std::string about;
  std::function<std::string(std::string_view arguments)> run;
};

/// siginfo_t as the guest sees it.
using SignalInformation = std::array<u8, 128>;

class Target {
 public:
  Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual ~Target() = default;

  virtual const Description& description() const = 0;

  /// At least one while the guest is alive; the first is the one a debugger sees first.
  virtual std::vector<ThreadInfo> threads() const = 0;
  virtual ProcessInfo process() const = 0;

  /// `thread` is one of threads(), `number` one of the description's, and `bytes` as long as that register, in
  /// the guest's order of bytes. Writing a read-only register has no effect. False: this thread's cannot be written.
  virtual void read_register(u32 thread, std::size_t number, std::span<u8> bytes) const = 0;
  virtual bool write_register(u32 thread, std::size_t number, std::span<const u8> bytes) = 0;

  /// Reads as far as there is memory, whatever the guest's own rights to it, and says how many bytes
  /// that was.
  virtual std::size_t read_memory(u32 thread, u64 address, std::span<u8> bytes) const = 0;

  /// Writes all bytes, whatever the guest's own rights, or none and says false. Instructions changed so
  /// are executed as changed.
  virtual bool write_memory(u32 thread, u64 address, std::span<const u8> bytes) = 0;

  virtual u64 program_counter(u32 thread) const = 0;
  virtual void set_program_counter(u32 thread, u64 address) = 0;

  /// Halts before the instruction at this address. Guest memory shows no trace of it. False where no
  /// instruction can stand there, or there are too many. Inserting twice is inserting once, but that
  /// it was reported where the guest stands no longer counts; removing
  /// what is not there is no error.
  virtual bool insert_breakpoint(BreakpointKind kind, u64 address) = 0;
  virtual void remove_breakpoint(BreakpointKind kind, u64 address) = 0;

  /// Halts at accesses of the guest to any of these bytes: before or after them, as this guest's debuggers
  /// expect. Access is read, write, or both. False where that cannot be done.
  virtual bool insert_watchpoint(Access access, u64 address, u64 size) = 0;
  virtual void remove_watchpoint(Access access, u64 address, u64 size) = 0;

  /// And watchpoints.
  virtual void remove_all_breakpoints() = 0;

  /// Says how the guest goes on; advance() then makes it. A breakpoint at the PC that was there when the guest halted is
  /// passed, and so is a watched access that it halted for; what was set since then, or where the PC was led, halts it.
  virtual void resume(Resume how) = 0;

  /// Lets it execute no more than about `most` instructions, or wait for some milliseconds. Nothing if it
  /// could go on.
  virtual std::optional<Halt> advance(u64 most) = 0;

  /// The debugger wants it to halt between two calls of advance(), where it is.
  virtual Halt interrupt() = 0;

  /// Can it be resumed backwards?
  virtual bool goes_back() const = 0;

  /// These signals do not halt it; they are just delivered.
  virtual void pass_signals(std::span<const Signal> signals) = 0;

  /// System calls to halt at, before and after: none, all (an empty list), or these. False where the guest
  /// makes none.
  virtual bool catch_calls(std::optional<std::vector<u64>> which) = 0;

  /// As it lies on the guest's stack; empty: none.
  virtual std::vector<u8> auxiliary_vector() const = 0;

  /// In the order of their addresses.
  virtual std::vector<MappingInfo> mappings() const = 0;

  /// In the order of their numbers.
  virtual std::vector<OpenFileInfo> open_files() const { return {}; }

  /// Of the signal that halted it. Setting it changes what will be delivered; false where that cannot be.
  virtual std::optional<SignalInformation> signal_information() const = 0;
  virtual bool set_signal_information(const SignalInformation& information) = 0;

  /// A file as the guest would see it, where the debugger may read it; nothing else of the host.
  virtual std::optional<std::vector<u8>> open_file(std::string_view path) const = 0;

  /// Whether there is memory in the guest for a debugger's own use.
  virtual bool allocates() const = 0;
  /// So much of it; nothing where there is no room.
  virtual std::optional<u64> allocate(u64 size, Access access) = 0;
  virtual bool release(u64 address) = 0;

  /// How things stand, in lines for a person.
  virtual std::string status() const = 0;

  /// Commands of `monitor` beside the session's own.
  virtual std::span<const MonitorCommand> commands() const = 0;

  /// Something to be printed in the debugger's console with the next stop; taken once.
  virtual std::string take_notice() = 0;

  /// What the guest has printed, where that is for the debugger's console; taken once.
  virtual std::string take_output() { return {}; }

  /// Back to where it began, alive. Breakpoints stay.
  virtual Result<void> restart(const Launch& launch) = 0;
};

}  // namespace diptych::gdb
