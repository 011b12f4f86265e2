// The program's life and death, and the debugger's leaving.
#include "gdbstub/packets/packets.hpp"

namespace diptych::gdb {
namespace {

// A process, as `;pid` or not at all, is the one there is.
bool is_ours(const Session& session, rsp::Reader& arguments) {
  if (arguments.at_end()) return true;
  if (!arguments.take(';')) return false;
  const auto process = arguments.take_number();
  return process && *process == static_cast<u64>(session.identifier(session.thread()).process) && arguments.at_end();
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

// The guest stays where it is: whoever attaches next goes on from there.
Reply detach(Session& session, rsp::Reader arguments) {
  if (!is_ours(session, arguments)) return reply::bad_request;
  session.target().remove_all_breakpoints();
  return reply::ok;
}

Reply kill(Session& session, rsp::Reader) {
  end(session);
  return std::nullopt;
}

Reply kill_process(Session& session, rsp::Reader arguments) {
  if (arguments.at_end() || !is_ours(session, arguments)) return reply::no_such_thread;
  end(session);
  return reply::ok;
}

Reply restart(Session& session, rsp::Reader) {
  static_cast<void>(session.restart({}));
  return std::nullopt;
}

// There is one program; a file's name or arguments change nothing.
Reply run(Session& session, rsp::Reader) {
  if (const auto done = session.restart({}); !done) return "E." + done.error().message;
  return session.stop_reply();
}

}  // namespace diptych::gdb
