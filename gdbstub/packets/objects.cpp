// qXfer: objects that are read, or written, in parts.
#include "gdbstub/objects.hpp"
#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>

namespace diptych::gdb {
namespace {

// What can be transferred: an object, and its text by the annex that selects a part of it; nothing: there is
// no such annex.
struct Object {
  std::string_view name;
  std::optional<std::string> (*text)(Session&, std::string_view annex);
  bool needs_life = true;
};

std::optional<std::string> features(Session& session, std::string_view annex) {
  if (annex != "target.xml") return std::nullopt;
  return describe_in_xml(session.target().description());
}

std::optional<std::string> threads(Session& session, std::string_view annex) {
  if (!annex.empty()) return std::nullopt;
  session.showing();
  return describe_threads_in_xml(session);
}

std::optional<std::string> memory_map(Session& session, std::string_view annex) {
  if (!annex.empty()) return std::nullopt;
  return describe_memory_in_xml(session.target());
}

std::optional<std::string> system_data(Session& session, std::string_view annex) {
  return describe_system_in_xml(session.target(), annex);
}

std::optional<std::string> auxiliary_vector(Session& session, std::string_view annex) {
  const std::vector<u8> bytes = session.target().auxiliary_vector();
  if (!annex.empty() || bytes.empty()) return std::nullopt;
  return std::string(bytes.begin(), bytes.end());
}

// The annex is a process; none: the current one.
std::optional<std::string> exec_file(Session& session, std::string_view annex) {
  rsp::Reader reader(annex);
  if (!annex.empty() && (reader.take_number() != session.process() || !reader.at_end())) return std::nullopt;
  std::string program = session.target().process().program;
  if (program.empty()) return std::nullopt;
  return program;
}

std::optional<std::string> signal_information(Session& session, std::string_view annex) {
  const auto bytes = session.target().signal_information();
  if (!annex.empty() || !bytes) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

constexpr Object objects[] = {
    {"features", features, false},   {"threads", threads},   {"memory-map", memory_map}, {"osdata", system_data, false},
    {"auxv", auxiliary_vector},      {"exec-file", exec_file, false}, {"siginfo", signal_information},
};

// `offset,length`
Reply read(Session& session, const Object& object, std::string_view annex, rsp::Reader arguments) {
  const auto range = take_range(arguments);
  if (!range || !arguments.at_end()) return reply::bad_request;
  if (object.needs_life && !session.halt().alive()) return reply::no_such_thread;
  const auto text = object.text(session, annex);
  if (!text) return reply::no_such_annex;
  return part_of(*text, *range);
}

// `offset:bytes`
Reply write_signal_information(Session& session, std::string_view annex, rsp::Reader arguments) {
  const auto offset = arguments.take_number();
  if (!annex.empty() || !offset || !arguments.take(':')) return reply::bad_request;
  const auto bytes = arguments.take_binary();
  if (!bytes) return reply::bad_request;
  if (!session.halt().alive()) return reply::no_such_thread;
  auto information = session.target().signal_information();
  if (!information) return reply::no_such_annex;
  if (*offset > information->size() || bytes->size() > information->size() - *offset) return reply::bad_request;
  std::ranges::copy(*bytes, information->begin() + static_cast<std::ptrdiff_t>(*offset));
  if (!session.target().set_signal_information(*information)) return reply::not_permitted;
  std::string result;
  rsp::append_number(result, bytes->size());
  return result;
}

}  // namespace

Reply part_of(std::string_view text, const rsp::AddressRange& range) {
  if (range.address > text.size()) return reply::bad_request;
  const std::string_view rest = text.substr(range.address);
  // Escapes can double it.
  const std::string_view part = rest.substr(0, std::min<u64>(range.length, packet_size / 2 - 1));
  std::string result = part.size() == rest.size() ? "l" : "m";
  rsp::append_escaped(result, part);
  return result;
}

// `:object:read:annex:offset,length` or `:object:write:annex:offset:bytes`
Reply transfer_object(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const std::string_view name = arguments.take_until(":");
  const auto object = std::ranges::find(objects, name, &Object::name);
  if (object == std::end(objects)) return std::string();
  const bool reads = arguments.take(":read:");
  if (!reads && (name != "siginfo" || !arguments.take(":write:"))) return std::string();
  const std::string_view annex = arguments.take_until(":");
  if (!arguments.take(':')) return reply::bad_request;
  return reads ? read(session, *object, annex, arguments) : write_signal_information(session, annex, arguments);
}

}  // namespace diptych::gdb
