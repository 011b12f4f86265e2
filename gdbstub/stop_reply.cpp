#include "gdbstub/stop_reply.hpp"

#include "gdbstub/protocol/hex.hpp"

#include <array>
#include <span>

namespace diptych::gdb {
namespace {

void append_byte(std::string& to, u8 byte) { rsp::append_hex(to, std::array{byte}); }

void append_word(std::string& to, std::string_view word, u64 detail) {
  to += word;
  rsp::append_number(to, detail);
  to += ';';
}

std::string describe_end(const Client& client, const rsp::ThreadId& thread, const Halt& halt) {
  const bool exited = halt.kind == HaltKind::exited;
  std::string reply(1, exited ? 'W' : 'X');
  append_byte(reply, exited ? halt.exit_code : client.number_of(halt.signal));
  if (client.multiprocess) {
    reply += ";process:";
    rsp::append_number(reply, static_cast<u64>(thread.process));
  }
  return reply;
}

void append_registers(std::string& to, const Target& target, u32 thread) {
  const std::vector<RegisterDescription>& registers = target.description().registers;
  std::array<u8, 256> bytes{};
  for (std::size_t number = 0; number < registers.size(); ++number) {
    if (!registers[number].expedited) continue;
    const std::span<u8> value = std::span(bytes).first(registers[number].bytes());
    target.read_register(thread, number, value);
    if (number < 16) to += '0';  // two digits at least, as everybody writes it
    rsp::append_number(to, number);
    to += ':';
    rsp::append_hex(to, value);
    to += ';';
  }
}

void append_reason(std::string& to, const Client& client, const Halt& halt) {
  switch (halt.reason) {
    case HaltReason::other:
      return;
    case HaltReason::software_breakpoint:
      if (client.software_breakpoints) to += "swbreak:;";
      return;
    case HaltReason::hardware_breakpoint:
      if (client.hardware_breakpoints) to += "hwbreak:;";
      return;
    case HaltReason::write_watch:
      return append_word(to, "watch:", halt.detail);
    case HaltReason::read_watch:
      return append_word(to, "rwatch:", halt.detail);
    case HaltReason::access_watch:
      return append_word(to, "awatch:", halt.detail);
    case HaltReason::call_entry:
      return append_word(to, "syscall_entry:", halt.detail);
    case HaltReason::call_return:
      return append_word(to, "syscall_return:", halt.detail);
    case HaltReason::replay_begin:
      to += "replaylog:begin;";
      return;
    case HaltReason::replay_end:
      to += "replaylog:end;";
      return;
  }
}

// lldb asks for nothing about threads that it finds here.
void append_threads(std::string& to, const Target& target) {
  std::string numbers, places;
  for (const ThreadInfo& thread : target.threads()) {
    if (!numbers.empty()) {
      numbers += ',';
      places += ',';
    }
    rsp::append_number(numbers, thread.number);
    rsp::append_number(places, target.program_counter(thread.number));
  }
  to += "threads:" + numbers + ";thread-pcs:" + places + ';';
}

}  // namespace

std::string describe_stop(const Target& target, const Client& client, const rsp::ThreadId& thread, const Halt& halt) {
  if (!halt.alive()) return describe_end(client, thread, halt);
  std::string reply;
  reply.reserve(1024);
  reply += 'T';
  append_byte(reply, client.number_of(halt.signal));
  append_registers(reply, target, static_cast<u32>(thread.thread));
  reply += "thread:";
  append_thread_id(reply, thread, client.multiprocess);
  reply += ';';
  append_reason(reply, client, halt);
  if (client.threads_in_stops) append_threads(reply, target);
  return reply;
}

}  // namespace diptych::gdb
