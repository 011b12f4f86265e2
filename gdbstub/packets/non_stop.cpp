// Speaking while the guest runs: halts come as notifications, and are fetched one by one.
#include "gdbstub/packets/packets.hpp"

namespace diptych::gdb {

Reply choose_non_stop(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const auto on = arguments.take_number(1);
  if (!on || !arguments.at_end()) return reply::bad_request;
  // Who waits for halts again has to find it halted.
  if (*on == 0 && session.running()) session.stop_quietly(Signal::none);
  session.client().non_stop = *on != 0;
  return reply::ok;
}

Reply next_stop(Session& session, rsp::Reader) {
  if (!session.client().non_stop) return std::string();
  return session.next_unreported();
}

Reply interrupt(Session& session, rsp::Reader) {
  if (!session.client().non_stop) return std::string();
  if (session.running()) session.stop_quietly(Signal::interrupt);
  return reply::ok;
}

}  // namespace diptych::gdb
