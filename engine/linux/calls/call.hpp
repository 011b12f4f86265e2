// One system call: its number, its name, how --strace shows it, and what it does.
#pragma once

#include "engine/linux/process.hpp"
#include "engine/linux/refusals.hpp"

#include <array>
#include <cerrno>
#include <span>
#include <string_view>

namespace diptych::linux_guest {

struct Arguments {
  std::array<u64, 6> values{};

  u64 operator[](std::size_t i) const { return values[i]; }
  /// The ones the kernel takes as int: their upper half does not count.
  int number(std::size_t i) const { return static_cast<int>(values[i]); }
};

/// Gives what a0 becomes: a result, or a negative error number.
using Handler = i64 (*)(Process& process, const Arguments& arguments);

/// How a call happens again in a run that repeats what was recorded.
enum class Replay : u8 {
  again,    ///< it is made again: it depends on nothing but the guest. What it asks the host it asks through Process
  told,     ///< it is not: its result is put back, and all memory it had asked to write
  counted,  ///< the same, and of that memory as many bytes as the result says, from the first on
};

struct SystemCall {
  u16 number = 0;
  std::string_view name;
  /// A letter an argument: d decimal, x hexadecimal, p pointer, s path or text, f descriptor, a directory
  /// descriptor, O open flags, m mode, P protection, M mapping flags, w whence, g signal, c clock, b bytes
  /// that the next argument counts, r bytes that the result counts, t time read, T time written.
  /// After a colon, how the result is shown: d or x.
  std::string_view shape;
  Replay replay = Replay::told;
  Handler handler = nullptr;
};

// Answers beyond the host's error numbers. No guest sees them.
constexpr i64 restart_if_asked = -512;        ///< a signal came: again, if its handler was set so, else EINTR
constexpr i64 restart_unless_handled = -514;  ///< a signal came: again if no handler ran, else EINTR
constexpr i64 registers_set = -700;           ///< the registers are as they are to be

/// The error number of the host's last call.
inline i64 failed() { return -errno; }
/// A host call's result, or its error number.
inline i64 answer(i64 result) { return result < 0 ? failed() : result; }

std::span<const SystemCall> file_calls();
std::span<const SystemCall> path_calls();
std::span<const SystemCall> directory_calls();
std::span<const SystemCall> metadata_calls();
std::span<const SystemCall> waiting_calls();
std::span<const SystemCall> memory_calls();
std::span<const SystemCall> signal_calls();
std::span<const SystemCall> time_calls();
std::span<const SystemCall> identity_calls();
std::span<const SystemCall> thread_calls();

/// The call of a number; nullptr where there is none.
const SystemCall* system_call(u64 number);

/// The name Linux gives a number, also where the call does not exist here; empty where it gives none.
std::string_view system_call_name(u64 number);

/// "ENOENT"
std::string_view error_name(int number);

}  // namespace diptych::linux_guest
