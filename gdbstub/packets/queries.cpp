#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>

namespace diptych::gdb {
namespace {

// What can be transferred: an object, the annex that selects a part of it, and its text.
struct Object {
  std::string_view name;
  std::string_view annex;
  std::string (*text)(Session&);
};

constexpr Object objects[] = {
    {"features", "target.xml", [](Session& session) { return describe_in_xml(session.target().description()); }},
};

// As much of the text as was asked for and fits. Escapes can double it.
std::string part_of(std::string_view text, const rsp::AddressRange& range) {
  const std::string_view rest = text.substr(range.address);
  const std::string_view part = rest.substr(0, std::min<u64>(range.length, packet_size / 2 - 1));
  std::string result = part.size() == rest.size() ? "l" : "m";
  rsp::append_escaped(result, part);
  return result;
}

}  // namespace

Reply supported(Session& session, rsp::Reader arguments) {
  Client& client = session.client();
  arguments.take(':');
  while (!arguments.at_end()) {
    const std::string_view feature = arguments.take_until(";");
    arguments.take(';');
    if (feature == "multiprocess+") client.multiprocess = true;
    if (feature == "swbreak+") client.software_breakpoints = true;
    if (feature == "hwbreak+") client.hardware_breakpoints = true;
  }
  std::string result = "PacketSize=";
  rsp::append_number(result, packet_size);
  result += ";QStartNoAckMode+;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+;multiprocess+";
  return result;
}

Reply stop_acknowledging(Session& session, rsp::Reader) {
  session.client().acknowledges = false;
  return reply::ok;
}

// A case's addresses are absolute.
Reply section_offsets(Session&, rsp::Reader) { return "Text=0;Data=0;Bss=0"; }

// The debugger offers to look up symbols; none are wanted.
Reply look_up_symbols(Session&, rsp::Reader) { return reply::ok; }

// `:object:read:annex:offset,length`
Reply transfer_object(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const std::string_view name = arguments.take_until(":");
  const bool known = std::ranges::find(objects, name, &Object::name) != std::end(objects);
  if (!known || !arguments.take(":read:")) return std::string();
  const std::string_view annex = arguments.take_until(":");
  if (!arguments.take(':')) return reply::bad_request;
  const auto range = take_range(arguments);
  if (!range || !arguments.at_end()) return reply::bad_request;
  for (const Object& object : objects) {
    if (object.name != name || object.annex != annex) continue;
    const std::string text = object.text(session);
    if (range->address > text.size()) return reply::bad_request;
    return part_of(text, *range);
  }
  return "E00";  // the protocol's own word for an annex that is not there
}

// How a debugger makes sure that what is unknown is answered as such.
Reply must_be_unknown(Session&, rsp::Reader) { return std::string(); }

}  // namespace diptych::gdb
