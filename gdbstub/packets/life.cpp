// The program's end, and the debugger's coming and leaving.
#include "gdbstub/packets/packets.hpp"

namespace diptych::gdb {
namespace {

// A process, as `;pid` or not at all, is the one there is.
bool is_ours(const Session& session, rsp::Reader& arguments) {
  if (arguments.at_end()) return true;
  if (!arguments.take(';')) return false;
  const auto process = arguments.take_number();
  return process && *process == session.process() && arguments.at_end();
}

// A debugger that stays can start it anew; for any other, that was all.
void end(Session& session) {
  if (session.client().extended)
    session.halt({.kind = HaltKind::killed, .signal = Signal::kill});
  else
    session.end();
}

}  // namespace

Reply extend(Session& session, rsp::Reader) {
  session.client().extended = true;
  return reply::ok;
}

// Whoever attaches next goes on from here.
Reply detach(Session& session, rsp::Reader arguments) {
  if (!is_ours(session, arguments)) return reply::bad_request;
  if (session.running()) session.stop_quietly(Signal::none);
  session.target().remove_all_breakpoints();
  session.actions().clear();
  return reply::ok;
}

// gdb expects no reply, and lldb that of a program killed.
Reply kill(Session& session, rsp::Reader) {
  end(session);
  if (session.client().is_lldb) return session.stop_reply(session.thread(), {.kind = HaltKind::killed, .signal = Signal::kill});
  return std::nullopt;
}

Reply kill_process(Session& session, rsp::Reader arguments) {
  if (!session.halt().alive() || arguments.at_end() || !is_ours(session, arguments)) return reply::no_such_thread;
  end(session);
  return reply::ok;
}

// `;pid`
Reply attach(Session& session, rsp::Reader arguments) {
  if (arguments.at_end() || !is_ours(session, arguments)) return refusal("there is no such process here");
  if (!session.halt().alive()) return refusal("the program has ended; it can be run again");
  if (session.client().non_stop) return reply::ok;
  return session.stop_reply();
}

}  // namespace diptych::gdb
