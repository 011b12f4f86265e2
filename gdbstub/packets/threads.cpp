#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>
#include <array>

namespace diptych::gdb {
namespace {

std::optional<rsp::ThreadId> take_whole(rsp::Reader arguments) {
  const auto id = take_thread_id(arguments);
  if (!id || !arguments.at_end()) return std::nullopt;
  return id;
}

}  // namespace

// `Hg` for registers and memory, `Hc` for the old packets that run: what they run is all there is.
Reply select_thread(Session& session, rsp::Reader arguments) {
  const bool general = arguments.take('g');
  if (!general && !arguments.take('c')) return reply::bad_request;
  const auto id = take_whole(arguments);
  if (!id) return reply::bad_request;
  // Whichever suits: the one that is selected suits best.
  if (session.includes(*id, session.thread())) return reply::ok;
  const auto thread = session.find(*id);
  if (!thread) return reply::no_such_thread;
  if (general) session.select(thread->number);
  return reply::ok;
}

Reply is_thread_alive(Session& session, rsp::Reader arguments) {
  const auto id = take_whole(arguments);
  if (!id) return reply::bad_request;
  return session.find(*id) ? reply::ok : reply::no_such_thread;
}

std::optional<rsp::ThreadId> take_thread_suffix(std::string_view& packet) {
  // Only what is about registers has it: the bytes of a write to memory may look like it.
  constexpr std::array<std::string_view, 6> of_registers = {"g", "G", "p", "P", "QSaveRegisterState", "QRestoreRegisterState"};
  if (std::ranges::none_of(of_registers, [&](std::string_view name) { return packet.starts_with(name); })) return std::nullopt;
  constexpr std::string_view mark = ";thread:";
  const std::size_t at = packet.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  rsp::Reader reader(packet.substr(at + mark.size()));
  const auto id = take_thread_id(reader);
  reader.take(';');
  if (!id || !reader.at_end()) return std::nullopt;
  packet = packet.substr(0, at);
  return id;
}

Reply current_thread(Session& session, rsp::Reader) {
  std::string result = "QC";
  session.append_thread(result, session.thread());
  return result;
}

Reply first_threads(Session& session, rsp::Reader) {
  session.showing();
  if (!session.halt().alive()) return "l";
  std::string result;
  for (const ThreadInfo& thread : session.target().threads()) {
    result += result.empty() ? 'm' : ',';
    session.append_thread(result, thread.number);
  }
  return result;
}

Reply more_threads(Session&, rsp::Reader) { return "l"; }

Reply describe_thread(Session& session, rsp::Reader arguments) {
  if (!arguments.take(',')) return reply::bad_request;
  const auto id = take_whole(arguments);
  if (!id) return reply::bad_request;
  const auto thread = session.find(*id);
  if (!thread) return reply::no_such_thread;
  return rsp::hex(thread->name);
}

// `:thread,offset,module`: a static program has one module, whose data lies where the thread pointer says.
Reply thread_local_address(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const auto id = take_thread_id(arguments);
  if (!id || !arguments.take(',')) return reply::bad_request;
  const auto offset = arguments.take_number();
  if (!offset || !arguments.take(',') || !arguments.take_number() || !arguments.at_end()) return reply::bad_request;
  const auto thread = session.find(*id);
  if (!thread) return reply::no_such_thread;
  const auto pointer = session.target().description().thread_pointer;
  if (!pointer || session.target().process().program.empty()) return std::string();
  u64 base = 0;
  session.target().read_register(thread->number, *pointer, {reinterpret_cast<u8*>(&base), sizeof base});
  std::string result;
  rsp::append_number(result, base + *offset);
  return result;
}

// It was started for the debugger, who may therefore kill it on leaving.
Reply was_attached(Session&, rsp::Reader) { return "0"; }

}  // namespace diptych::gdb
