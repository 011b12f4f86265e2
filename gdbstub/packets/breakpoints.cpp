#include "gdbstub/packets/packets.hpp"

#include <utility>

namespace diptych::gdb {
namespace {

// `type,address,kind`. The kind is the length of the instruction, which nothing here depends on, since guest
// memory is not written to; of a watchpoint it is the number of bytes.
struct Place {
  unsigned type;
  u64 address;
  u64 kind;

  bool is_breakpoint() const { return type < 2; }
  BreakpointKind breakpoint() const { return type == 0 ? BreakpointKind::software : BreakpointKind::hardware; }
  Access watched() const {
    constexpr Access of[] = {Access::write, Access::read, Access::read | Access::write};
    return of[type - 2];
  }
  // Nothing around the end of the address space is watched.
  bool is_watchable() const { return kind != 0 && kind - 1 <= ~u64{0} - address; }
};

constexpr u64 most_type = 4;

// Other types are not supported, which an empty reply says.
bool is_known(rsp::Reader arguments) { return arguments.take_number().value_or(0) <= most_type; }

std::optional<Place> take_place(rsp::Reader& arguments) {
  const auto type = arguments.take_number(most_type);
  if (!type || !arguments.take(',')) return std::nullopt;
  const auto address = arguments.take_number();
  if (!address || !arguments.take(',')) return std::nullopt;
  const auto kind = arguments.take_number();
  if (!kind) return std::nullopt;
  return Place{static_cast<unsigned>(*type), *address, *kind};
}

// `X` with a length, a comma and so many bytes; as many of these as there are.
bool take_expressions(rsp::Reader& arguments, std::vector<agent::Expression>& to) {
  while (arguments.take('X')) {
    const auto length = arguments.take_number(packet_size);
    if (!length || !arguments.take(',')) return false;
    auto bytes = arguments.take_hex(static_cast<std::size_t>(*length));
    if (!bytes) return false;
    to.push_back(std::move(*bytes));
  }
  return true;
}

// Lists of conditions and of commands, each after a semicolon. Commands say whether they are to stay when
// the debugger has gone; here nothing does.
std::optional<BreakpointActions> take_actions(rsp::Reader& arguments) {
  BreakpointActions actions;
  while (!arguments.at_end()) {
    if (!arguments.take(';')) return std::nullopt;
    if (arguments.take("cmds:")) {
      if (!arguments.take_number(1) || !arguments.take(',') || !take_expressions(arguments, actions.commands))
        return std::nullopt;
    } else if (!take_expressions(arguments, actions.conditions)) {
      return std::nullopt;
    }
  }
  return actions;
}

}  // namespace

Reply insert_breakpoint(Session& session, rsp::Reader arguments) {
  if (!is_known(arguments)) return std::string();
  const auto place = take_place(arguments);
  if (!place) return reply::bad_request;
  if (place->is_breakpoint()) {
    auto actions = take_actions(arguments);
    if (!actions) return reply::bad_request;
    if (!session.actions().set(place->breakpoint(), place->address, std::move(*actions)))
      return refusal("the conditions and commands of breakpoints take too much room");
    if (session.target().insert_breakpoint(place->breakpoint(), place->address)) return reply::ok;
    session.actions().remove(place->breakpoint(), place->address);
    return reply::bad_address;
  }
  if (!arguments.at_end() || !place->is_watchable()) return reply::bad_request;
  return session.target().insert_watchpoint(place->watched(), place->address, place->kind) ? reply::ok
                                                                                           : reply::bad_address;
}

Reply remove_breakpoint(Session& session, rsp::Reader arguments) {
  if (!is_known(arguments)) return std::string();
  const auto place = take_place(arguments);
  if (!place || !arguments.at_end()) return reply::bad_request;
  if (place->is_breakpoint()) {
    session.target().remove_breakpoint(place->breakpoint(), place->address);
    session.actions().remove(place->breakpoint(), place->address);
  } else {
    if (!place->is_watchable()) return reply::bad_request;
    session.target().remove_watchpoint(place->watched(), place->address, place->kind);
  }
  return reply::ok;
}

}  // namespace diptych::gdb
