#include "gdbstub/session.hpp"

#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <array>

namespace diptych::gdb {
namespace {

// About as long as a person or a debugger can wait for an interrupt to take hold, by a wide margin.
constexpr u64 instructions_between_looks = 200'000;

void append_byte(std::string& to, u8 byte) { rsp::append_hex(to, std::array{byte}); }

}  // namespace

void Session::look_around() {
  process_ = target_.process().id;
  const std::vector<ThreadInfo> threads = target_.threads();
  thread_ = threads.empty() ? 1 : threads.front().number;
}

rsp::ThreadId Session::identifier(u32 thread) const {
  return {.process = static_cast<std::int64_t>(process_), .thread = static_cast<std::int64_t>(thread)};
}

void Session::connected() {
  client_ = {};
  look_around();
}

void Session::disconnected() {
  if (running_) {
    running_ = false;
    halt_ = target_.interrupt();
  }
  target_.remove_all_breakpoints();
  // Who could have started it again has left without doing so.
  if (!halt_.alive() && client_.extended) static_cast<void>(restart({}));
}

std::optional<std::string> Session::handle(std::string_view packet) {
  const Packet found = find_packet(packet);
  if (!found.handle) return std::string();  // by the protocol, what is unknown has an empty reply
  if (found.needs_life && !halt_.alive()) return reply::no_such_thread;
  return found.handle(*this, found.arguments);
}

void Session::resume(Resume how) {
  target_.resume(how);
  running_ = true;
}

std::optional<std::string> Session::advance() {
  const auto halt = target_.advance(instructions_between_looks);
  if (!halt) return std::nullopt;
  running_ = false;
  halt_ = *halt;
  if (halt_.thread != 0) thread_ = halt_.thread;  // the debugger takes this for selected now, too
  return stop_reply();
}

std::string Session::interrupt() {
  running_ = false;
  halt_ = target_.interrupt();
  return stop_reply();
}

Result<void> Session::restart(const Launch& launch) {
  auto done = target_.restart(launch);
  if (done) halt_ = {};
  look_around();
  return done;
}

std::string Session::stop_reply() const {
  std::string reply;
  if (!halt_.alive()) {
    const bool exited = halt_.kind == HaltKind::exited;
    reply += exited ? 'W' : 'X';
    append_byte(reply, exited ? halt_.exit_code : static_cast<u8>(halt_.signal));
    if (client_.multiprocess) {
      reply += ";process:";
      rsp::append_number(reply, process_);
    }
    return reply;
  }
  reply += 'T';
  append_byte(reply, static_cast<u8>(halt_.signal));
  const std::vector<RegisterDescription>& registers = target_.description().registers;
  std::array<u8, 256> bytes{};
  for (std::size_t number = 0; number < registers.size(); ++number) {
    if (!registers[number].expedited) continue;
    const std::span<u8> value = std::span(bytes).first(registers[number].bytes());
    target_.read_register(thread_, number, value);
    append_byte(reply, static_cast<u8>(number));
    reply += ':';
    rsp::append_hex(reply, value);
    reply += ';';
  }
  reply += "thread:";
  append_thread(reply, thread_);
  reply += ';';
  if (halt_.reason == HaltReason::software_breakpoint && client_.software_breakpoints) reply += "swbreak:;";
  if (halt_.reason == HaltReason::hardware_breakpoint && client_.hardware_breakpoints) reply += "hwbreak:;";
  return reply;
}

}  // namespace diptych::gdb
