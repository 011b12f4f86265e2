#include "gdbstub/packets/packets.hpp"

namespace diptych::gdb {
namespace {

struct Place {
  BreakpointKind kind;
  u64 address;
};

// `type,address,kind`; kind is the length of the instruction, which nothing here depends on, since
// guest memory is not written to. Conditions were not announced, so none follow.
std::optional<Place> take_place(rsp::Reader& arguments) {
  const auto type = arguments.take_number(1);
  if (!type || !arguments.take(',')) return std::nullopt;
  const auto address = arguments.take_number();
  if (!address || !arguments.take(',') || !arguments.take_number() || !arguments.at_end()) return std::nullopt;
  return Place{*type == 0 ? BreakpointKind::software : BreakpointKind::hardware, *address};
}

// Types other than these are not supported, which an empty reply says.
bool is_supported(const rsp::Reader& arguments) {
  return arguments.rest().starts_with("0,") || arguments.rest().starts_with("1,");
}

}  // namespace

Reply insert_breakpoint(Session& session, rsp::Reader arguments) {
  if (!is_supported(arguments)) return std::string();
  const auto place = take_place(arguments);
  if (!place) return reply::bad_request;
  return session.target().insert_breakpoint(place->kind, place->address) ? reply::ok : reply::bad_address;
}

Reply remove_breakpoint(Session& session, rsp::Reader arguments) {
  if (!is_supported(arguments)) return std::string();
  const auto place = take_place(arguments);
  if (!place) return reply::bad_request;
  session.target().remove_breakpoint(place->kind, place->address);
  return reply::ok;
}

}  // namespace diptych::gdb
