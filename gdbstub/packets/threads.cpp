#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

namespace diptych::gdb {
namespace {

Reply ok_if_there(rsp::Reader arguments) {
  const auto id = take_thread_id(arguments);
  if (!id || !arguments.at_end()) return reply::bad_request;
  return id->includes(the_thread.process, the_thread.thread) ? reply::ok : reply::no_such_thread;
}

}  // namespace

// `Hg` for registers and memory, `Hc` for running: with one thread, both only say whether it is meant.
Reply select_thread(Session&, rsp::Reader arguments) {
  if (!arguments.take('g') && !arguments.take('c')) return reply::bad_request;
  return ok_if_there(arguments);
}

Reply is_thread_alive(Session&, rsp::Reader arguments) { return ok_if_there(arguments); }

Reply current_thread(Session& session, rsp::Reader) {
  std::string result = "QC";
  session.append_thread(result);
  return result;
}

Reply first_threads(Session& session, rsp::Reader) {
  if (!session.halt().alive()) return "l";
  std::string result = "m";
  session.append_thread(result);
  return result;
}

Reply more_threads(Session&, rsp::Reader) { return "l"; }

Reply describe_thread(Session&, rsp::Reader arguments) {
  if (!arguments.take(',')) return reply::bad_request;
  if (const Reply there = ok_if_there(arguments); there != reply::ok) return there;
  return rsp::hex(std::string_view("the case"));
}

// It was started for the debugger, who may therefore kill it on leaving.
Reply was_attached(Session&, rsp::Reader) { return "0"; }

}  // namespace diptych::gdb
