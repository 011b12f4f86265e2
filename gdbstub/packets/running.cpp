#include "gdbstub/packets/packets.hpp"

namespace diptych::gdb {
namespace {

std::optional<Signal> take_signal(rsp::Reader& arguments) {
  if (const auto number = arguments.take_number(255)) return static_cast<Signal>(*number);
  return std::nullopt;
}

Reply act(Session& session, const Resume& how) {
  session.resume(how);
  return std::nullopt;
}

// The old packets: at an address, if one is given.
Reply act_at(Session& session, rsp::Reader arguments, const Resume& how) {
  if (!arguments.at_end()) {
    const auto address = arguments.take_number();
    if (!address || !arguments.at_end()) return reply::bad_request;
    session.target().set_program_counter(session.thread(), *address);
  }
  return act(session, how);
}

Reply act_with_signal(Session& session, rsp::Reader arguments, ResumeKind kind) {
  const auto signal = take_signal(arguments);
  if (!signal || (!arguments.at_end() && !arguments.take(';'))) return reply::bad_request;
  return act_at(session, arguments, {.kind = kind, .signal = *signal});
}

std::optional<Resume> take_action(rsp::Reader& arguments) {
  if (arguments.take('c')) return Resume{};
  if (arguments.take('s')) return Resume{.kind = ResumeKind::step};
  if (arguments.take('C')) {
    if (const auto signal = take_signal(arguments)) return Resume{.signal = *signal};
  } else if (arguments.take('S')) {
    if (const auto signal = take_signal(arguments)) return Resume{.kind = ResumeKind::step, .signal = *signal};
  } else if (arguments.take('r')) {
    const auto begin = arguments.take_number();
    if (!begin || !arguments.take(',')) return std::nullopt;
    if (const auto end = arguments.take_number(); end && *end >= *begin)
      return Resume{.kind = ResumeKind::range, .begin = *begin, .end = *end};
  }
  return std::nullopt;
}

}  // namespace

Reply go_on(Session& session, rsp::Reader arguments) { return act_at(session, arguments, {}); }

Reply step(Session& session, rsp::Reader arguments) { return act_at(session, arguments, {.kind = ResumeKind::step}); }

Reply go_on_with_signal(Session& session, rsp::Reader arguments) {
  return act_with_signal(session, arguments, ResumeKind::go_on);
}

Reply step_with_signal(Session& session, rsp::Reader arguments) {
  return act_with_signal(session, arguments, ResumeKind::step);
}

// `vCont;action[:thread]...`: the first action that is for a thread is the one it takes.
Reply resume_actions(Session& session, rsp::Reader arguments) {
  std::optional<Resume> chosen;
  do {
    if (!arguments.take(';')) return reply::bad_request;
    const auto action = take_action(arguments);
    if (!action) return reply::bad_request;
    rsp::ThreadId whose = {.process = rsp::ThreadId::all, .thread = rsp::ThreadId::all};
    if (arguments.take(':')) {
      const auto id = take_thread_id(arguments);
      if (!id) return reply::bad_request;
      whose = *id;
    }
    if (!chosen && session.includes(whose, session.thread())) chosen = action;
  } while (!arguments.at_end());
  // Nothing to run, hence no stop to come: the debugger would wait for ever.
  if (!chosen) return reply::no_such_thread;
  return act(session, *chosen);
}

Reply resume_actions_known(Session&, rsp::Reader) { return "vCont;c;C;s;S;r"; }

Reply last_halt(Session& session, rsp::Reader) { return session.stop_reply(); }

}  // namespace diptych::gdb
