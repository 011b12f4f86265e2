#include "engine/linux/process_texts.hpp"

#include "engine/linux/process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace diptych::linux_guest {

std::string command_line_text(const Process& process) {
  std::string text;
  for (const std::string& argument : process.arguments) text += argument + '\0';
  return text;
}

std::string maps_text(const Process& process) {
  std::string text;
  for (const NamedMapping& mapping : process.mappings()) {
    auto letter = [&](Access access, char shown) { return allows(mapping.access, access) ? shown : '-'; };
    // Device and inode are the host's affair.
    std::string line = fmt::format("{:08x}-{:08x} {}{}{}p {:08x} 00:00 0 ", mapping.range.address, mapping.range.address + mapping.range.size,
                                   letter(Access::read, 'r'), letter(Access::write, 'w'), letter(Access::execute, 'x'), mapping.offset);
    if (!mapping.name.empty()) line = fmt::format("{:<73}{}", line, mapping.name);
    text += line + "\n";
  }
  return text;
}

std::string status_text(const Process& process) {
  u64 pages = 0, ignored = 0, caught = 0;
  for (const NamedMapping& mapping : process.mappings()) pages += mapping.range.size / page_size;
  for (int number = 1; number <= signal_count; ++number) {
    const u64 handler = process.signals.actions[static_cast<std::size_t>(number)].handler;
    if (handler == 1) ignored |= signal_bit(number);
    if (handler > 1) caught |= signal_bit(number);
  }
  const auto four = [](u64 real, u64 effective) { return fmt::format("{}\t{}\t{}\t{}", real, effective, effective, effective); };
  return fmt::format("Name:\t{}\nState:\tR (running)\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\nTracerPid:\t0\nUid:\t{}\nGid:\t{}\nFDSize:\t{}\n"
                     "VmSize:\t{:8} kB\nThreads:\t1\nSigPnd:\t{:016x}\nShdPnd:\t{:016x}\nSigBlk:\t{:016x}\nSigIgn:\t{:016x}\nSigCgt:\t{:016x}\n",
                     process.name, getpid(), getpid(), getppid(), four(getuid(), geteuid()), four(getgid(), getegid()), Descriptors::most,
                     pages * page_size / 1024, process.signals.pending(), 0, process.signals.blocked, ignored, caught);
}

}  // namespace diptych::linux_guest
