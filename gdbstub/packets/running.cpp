// Steps, going on, and what is told of the last halt.
#include "gdbstub/packets/packets.hpp"

#include <algorithm>

namespace diptych::gdb {
namespace {

std::optional<Signal> take_signal(const Session& session, rsp::Reader& arguments) {
  if (const auto number = arguments.take_number(255)) return session.client().signal_of(*number);
  return std::nullopt;
}

// Once it runs there is no reply, except that a debugger that does not wait for the halt gets one at once.
Reply after_resuming(Session& session) {
  if (session.client().non_stop) return reply::ok;
  return std::nullopt;
}

// The old packets: all threads, at an address, if one is given.
Reply act(Session& session, rsp::Reader arguments, const Resume& how) {
  if (!arguments.at_end()) {
    const auto address = arguments.take_number();
    if (!address || !arguments.at_end()) return reply::bad_request;
    session.target().set_program_counter(session.thread(), *address);
  }
  session.resume(how);
  return after_resuming(session);
}

Reply act_with_signal(Session& session, rsp::Reader arguments, ResumeKind kind) {
  const auto signal = take_signal(session, arguments);
  if (!signal || (!arguments.at_end() && !arguments.take(';'))) return reply::bad_request;
  return act(session, arguments, {.kind = kind, .signal = *signal});
}

Reply act_backwards(Session& session, const rsp::Reader& arguments, ResumeKind kind) {
  if (!session.target().goes_back()) return std::string();
  if (!arguments.at_end()) return reply::bad_request;
  session.resume({.kind = kind, .direction = Direction::backward});
  return after_resuming(session);
}

// One action of `vCont`: how to go on, or to stop.
struct Action {
  std::optional<Resume> resume;
  rsp::ThreadId whose = {.process = rsp::ThreadId::all, .thread = rsp::ThreadId::all};
};

std::optional<Action> take_kind(const Session& session, rsp::Reader& arguments) {
  if (arguments.take('c')) return Action{.resume = Resume{}};
  if (arguments.take('s')) return Action{.resume = Resume{.kind = ResumeKind::step}};
  if (arguments.take('t')) return Action{.resume = std::nullopt};
  if (arguments.take('C')) {
    if (const auto signal = take_signal(session, arguments)) return Action{.resume = Resume{.signal = *signal}};
  } else if (arguments.take('S')) {
    if (const auto signal = take_signal(session, arguments))
      return Action{.resume = Resume{.kind = ResumeKind::step, .signal = *signal}};
  } else if (arguments.take('r')) {
    const auto begin = arguments.take_number();
    if (!begin || !arguments.take(',')) return std::nullopt;
    if (const auto end = arguments.take_number(); end && *end >= *begin)
      return Action{.resume = Resume{.kind = ResumeKind::range, .begin = *begin, .end = *end}};
  }
  return std::nullopt;
}

std::optional<Action> take_action(const Session& session, rsp::Reader& arguments) {
  if (!arguments.take(';')) return std::nullopt;
  auto action = take_kind(session, arguments);
  if (!action || !arguments.take(':')) return action;
  const auto id = take_thread_id(arguments);
  if (!id) return std::nullopt;
  action->whose = *id;
  return action;
}

}  // namespace

Reply go_on(Session& session, rsp::Reader arguments) { return act(session, arguments, {}); }

Reply step(Session& session, rsp::Reader arguments) { return act(session, arguments, {.kind = ResumeKind::step}); }

Reply go_on_with_signal(Session& session, rsp::Reader arguments) {
  return act_with_signal(session, arguments, ResumeKind::go_on);
}

Reply step_with_signal(Session& session, rsp::Reader arguments) {
  return act_with_signal(session, arguments, ResumeKind::step);
}

Reply go_back(Session& session, rsp::Reader arguments) { return act_backwards(session, arguments, ResumeKind::go_on); }

Reply step_back(Session& session, rsp::Reader arguments) { return act_backwards(session, arguments, ResumeKind::step); }

// `vCont;action[:thread]...`: for each thread the first action that is for it. There is one guest, so those
// that move, move together, as the first action that moves any says.
Reply resume_actions(Session& session, rsp::Reader arguments) {
  std::vector<Action> actions;
  do {
    const auto action = take_action(session, arguments);
    if (!action) return reply::bad_request;
    actions.push_back(*action);
  } while (!arguments.at_end());

  const std::vector<ThreadInfo> threads = session.target().threads();
  const Action* leading = nullptr;
  std::vector<u32> moving;
  bool stops = false;
  for (const ThreadInfo& thread : threads) {
    const auto own = std::ranges::find_if(
        actions, [&](const Action& action) { return session.includes(action.whose, thread.number); });
    if (own == actions.end()) continue;
    if (!own->resume) {
      stops |= session.is_moving(thread.number);
    } else if (!session.is_moving(thread.number)) {
      moving.push_back(thread.number);
      if (!leading || &*own < leading) leading = &*own;
    }
  }
  if (!session.client().non_stop) {
    // Nothing to run, hence no stop to come: the debugger would wait for ever.
    if (!leading) return reply::no_such_thread;
  } else {
    if (stops) session.stop_quietly(Signal::none);
    if (!leading) return reply::ok;
    // One that joins others on their way goes with them.
    if (session.running())
      for (const ThreadInfo& thread : threads)
        if (session.is_moving(thread.number)) moving.push_back(thread.number);
  }
  Resume how = *leading->resume;
  if (moving.size() < threads.size()) how.thread = moving.front();
  const bool includes_selected = session.includes(leading->whose, session.thread());
  const u32 focus = includes_selected && std::ranges::find(moving, session.thread()) != moving.end() ? session.thread() : [&] {
    for (const u32 thread : moving)
      if (session.includes(leading->whose, thread)) return thread;
    return moving.front();
  }();
  session.resume(how, focus, std::move(moving));
  return after_resuming(session);
}

Reply resume_actions_known(Session&, rsp::Reader) { return "vCont;c;C;s;S;t;r"; }

Reply last_halt(Session& session, rsp::Reader) {
  return session.client().non_stop ? session.report_all() : session.stop_reply();
}

}  // namespace diptych::gdb
