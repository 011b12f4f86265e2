#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

namespace diptych::gdb {
namespace {

// The first of the target's threads that an identifier includes.
std::optional<ThreadInfo> find(Session& session, const rsp::ThreadId& id) {
  for (ThreadInfo& thread : session.target().threads())
    if (session.includes(id, thread.number)) return std::move(thread);
  return std::nullopt;
}

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
  const auto thread = find(session, *id);
  if (!thread) return reply::no_such_thread;
  if (general) session.select(thread->number);
  return reply::ok;
}

Reply is_thread_alive(Session& session, rsp::Reader arguments) {
  const auto id = take_whole(arguments);
  if (!id) return reply::bad_request;
  return find(session, *id) ? reply::ok : reply::no_such_thread;
}

Reply current_thread(Session& session, rsp::Reader) {
  std::string result = "QC";
  session.append_thread(result, session.thread());
  return result;
}

Reply first_threads(Session& session, rsp::Reader) {
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
  const auto thread = find(session, *id);
  if (!thread) return reply::no_such_thread;
  return rsp::hex(thread->name);
}

// It was started for the debugger, who may therefore kill it on leaving.
Reply was_attached(Session&, rsp::Reader) { return "0"; }

}  // namespace diptych::gdb
