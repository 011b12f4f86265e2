#include "engine/linux/calls/trace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace diptych::linux_guest {
namespace {

constexpr u64 most_text = 64;

struct Flag {
  u64 bits;
  std::string_view name;
};

constexpr Flag open_flags[] = {{O_CREAT, "O_CREAT"},         {O_EXCL, "O_EXCL"},         {O_NOCTTY, "O_NOCTTY"},   {O_TRUNC, "O_TRUNC"},
                               {O_APPEND, "O_APPEND"},       {O_NONBLOCK, "O_NONBLOCK"}, {O_SYNC, "O_SYNC"},       {O_DSYNC, "O_DSYNC"},
                               {O_DIRECT, "O_DIRECT"},       {0100000, "O_LARGEFILE"},   {O_TMPFILE, "O_TMPFILE"}, {O_DIRECTORY, "O_DIRECTORY"},
                               {O_NOFOLLOW, "O_NOFOLLOW"},   {O_NOATIME, "O_NOATIME"},   {O_CLOEXEC, "O_CLOEXEC"}, {O_PATH, "O_PATH"}};
constexpr Flag protections[] = {{PROT_READ, "PROT_READ"}, {PROT_WRITE, "PROT_WRITE"}, {PROT_EXEC, "PROT_EXEC"}};
constexpr Flag mapping_flags[] = {{MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE"}, {MAP_SHARED, "MAP_SHARED"}, {MAP_PRIVATE, "MAP_PRIVATE"},
                                  {MAP_FIXED, "MAP_FIXED"},     {MAP_ANONYMOUS, "MAP_ANONYMOUS"}, {MAP_NORESERVE, "MAP_NORESERVE"},
                                  {MAP_POPULATE, "MAP_POPULATE"}, {MAP_STACK, "MAP_STACK"},       {MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE"}};

std::string flags(u64 value, std::span<const Flag> names, std::string text = "") {
  for (const Flag& flag : names) {
    if ((value & flag.bits) != flag.bits) continue;
    value &= ~flag.bits;
    text += (text.empty() ? "" : "|") + std::string(flag.name);
  }
  if (value != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : "|", value);
  return text.empty() ? "0" : text;
}

std::string open_mode(u64 value) {
  constexpr const char* modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
  return flags(static_cast<u32>(value) & ~u64{O_ACCMODE}, open_flags, modes[value & O_ACCMODE]);
}

std::string quoted(std::string_view bytes, bool more) {
  std::string text = "\"";
  for (const char c : bytes) {
    const u8 byte = static_cast<u8>(c);
    if (c == '\n') text += "\\n";
    else if (c == '\t') text += "\\t";
    else if (c == '"' || c == '\\') (text += '\\') += c;
    else if (byte >= 0x20 && byte < 0x7f) text += c;
    else text += fmt::format("\\x{:02x}", byte);
  }
  return text + (more ? "\"..." : "\"");
}

std::string bytes_at(GuestMemory& memory, u64 address, u64 size) {
  const u64 shown = memory.prefix(address, std::min(size, most_text), Access::read);
  const u8* host = memory.reach(address, shown, Access::read);
  if (!host || (shown == 0 && size != 0)) return fmt::format("{:#x}", address);
  return quoted({reinterpret_cast<const char*>(host), shown}, shown < size);
}

std::string text_at(GuestMemory& memory, u64 address) {
  const auto text = memory.text(address, 4096);
  return text ? quoted(*text, false) : fmt::format("{:#x}", address);
}

std::string time_at(GuestMemory& memory, u64 address) {
  const auto time = address ? memory.read<timespec>(address) : std::nullopt;
  return time ? fmt::format("{{{}.{:09}}}", time->tv_sec, time->tv_nsec) : address ? fmt::format("{:#x}", address) : "NULL";
}

std::string clock_name(u64 clock) {
  constexpr const char* names[] = {"CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID",
                                   "CLOCK_MONOTONIC_RAW", "CLOCK_REALTIME_COARSE", "CLOCK_MONOTONIC_COARSE", "CLOCK_BOOTTIME"};
  return clock < std::size(names) ? names[clock] : fmt::format("{}", static_cast<i32>(clock));
}

std::string directory_name(u64 value) {
  return static_cast<i32>(value) == AT_FDCWD ? "AT_FDCWD" : fmt::format("{}", static_cast<i32>(value));
}

std::string whence_name(u64 value) {
  constexpr const char* names[] = {"SEEK_SET", "SEEK_CUR", "SEEK_END", "SEEK_DATA", "SEEK_HOLE"};
  return value < std::size(names) ? names[value] : fmt::format("{}", static_cast<i32>(value));
}

// One argument before the call. What the call is to fill in is shown after it.
std::string show(char letter, const Arguments& arguments, std::size_t i, GuestMemory& memory) {
  const u64 value = arguments[i];
  switch (letter) {
    case 'd': return fmt::format("{}", static_cast<i64>(value));
    case 'f': return fmt::format("{}", static_cast<i32>(value));
    case 'a': return directory_name(value);
    case 's': return text_at(memory, value);
    case 'b': return bytes_at(memory, value, i + 1 < 6 ? arguments[i + 1] : 0);
    case 'O': return open_mode(value);
    case 'm': return fmt::format("0{:o}", static_cast<u32>(value));
    case 'P': return value == 0 ? "PROT_NONE" : flags(value, protections);
    case 'M': return flags(static_cast<u32>(value), mapping_flags);
    case 'w': return whence_name(value);
    case 'g': return signal_name(static_cast<i32>(value));
    case 'c': return clock_name(value);
    case 't': return time_at(memory, value);
    case 'p': return value == 0 ? "NULL" : fmt::format("{:#x}", value);
    default: return fmt::format("{:#x}", value);
  }
}

}  // namespace

CallLine::CallLine(u64 number, const Arguments& arguments, GuestMemory& memory)
    : call_(system_call(number)), number_(number), arguments_(arguments) {
  const std::string_view shape = call_ ? call_->shape : "xxxxxx";
  for (std::size_t i = 0; i < shape.size() && shape[i] != ':'; ++i) {
    // What is not created has no mode, and the argument holds what was left there.
    if (shape[i] == 'm' && i != 0 && shape[i - 1] == 'O' && !(arguments[i - 1] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))) break;
    shown_.push_back(show(shape[i], arguments, i, memory));
  }
}

std::string CallLine::head() const {
  const std::string_view known = call_ ? call_->name : system_call_name(number_);
  return fmt::format("{}({})", known.empty() ? fmt::format("call {}", number_) : known, fmt::join(shown_, ", "));
}

std::string CallLine::finish() { return head() + " = ?"; }

std::string CallLine::finish(i64 result, std::string_view note, GuestMemory& memory) {
  const std::string_view shape = call_ ? call_->shape : "xxxxxx";
  for (std::size_t i = 0; i < shown_.size() && result >= 0; ++i) {
    if (shape[i] == 'r') shown_[i] = bytes_at(memory, arguments_[i], static_cast<u64>(result));
    if (shape[i] == 'T') shown_[i] = time_at(memory, arguments_[i]);
  }
  std::string line = head();
  if (result < 0 && result > -4096) line += fmt::format(" = -1 {} ({})", error_name(static_cast<int>(-result)), std::strerror(static_cast<int>(-result)));
  else if (shape.ends_with(":x")) line += fmt::format(" = {:#x}", static_cast<u64>(result));
  else line += fmt::format(" = {}", result);
  if (!note.empty()) line += fmt::format(" [{}]", note);
  return line;
}

std::string trace_line(const Signal& signal) {
  std::string why;
  if (signal.code <= 0) why = fmt::format("sent by process {}", signal.sender);
  else if (signal.number == SIGSEGV) why = fmt::format("{} {:#x}", signal.code == SEGV_MAPERR ? "nothing is mapped at" : "not permitted at", signal.address);
  else if (signal.number == SIGBUS) why = fmt::format("{} {:#x}", signal.code == BUS_ADRALN ? "not aligned:" : "beyond the file's end at", signal.address);
  else if (signal.number == SIGILL) why = fmt::format("illegal instruction at {:#x}", signal.address);
  else if (signal.number == SIGTRAP) why = fmt::format("breakpoint at {:#x}", signal.address);
  else why = "from the kernel";
  return fmt::format("--- {} ({}) ---", signal_name(signal.number), why);
}

}  // namespace diptych::linux_guest
