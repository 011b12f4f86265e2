#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <array>

namespace diptych::gdb {
namespace {

const std::vector<RegisterDescription>& registers_of(Session& session) {
  return session.target().description().registers;
}

std::optional<std::size_t> take_register(Session& session, rsp::Reader& arguments) {
  const auto number = arguments.take_number(registers_of(session).size() - 1);
  if (!number) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

std::size_t size_of_all(Session& session) {
  std::size_t size = 0;
  for (const RegisterDescription& reg : registers_of(session)) size += reg.bytes();
  return size;
}

std::vector<u8> read_all(Session& session) {
  std::vector<u8> values(size_of_all(session));
  std::span<u8> rest = values;
  const auto& registers = registers_of(session);
  for (std::size_t number = 0; number < registers.size(); ++number) {
    session.target().read_register(session.thread(), number, rest.first(registers[number].bytes()));
    rest = rest.subspan(registers[number].bytes());
  }
  return values;
}

Reply write_all(Session& session, std::span<const u8> values) {
  const auto& registers = registers_of(session);
  for (std::size_t number = 0; number < registers.size(); ++number) {
    const auto value = values.first(registers[number].bytes());
    if (!registers[number].read_only && !session.target().write_register(session.thread(), number, value)) return reply::not_permitted;
    values = values.subspan(value.size());
  }
  return reply::ok;
}

}  // namespace

Reply read_registers(Session& session, rsp::Reader arguments) {
  if (!arguments.at_end()) return reply::bad_request;
  return rsp::hex(read_all(session));
}

Reply write_registers(Session& session, rsp::Reader arguments) {
  const auto values = arguments.take_hex();
  if (!values || values->size() != size_of_all(session)) return reply::bad_request;
  return write_all(session, *values);
}

Reply save_registers(Session& session, rsp::Reader arguments) {
  if (!arguments.at_end()) return reply::bad_request;
  std::string result;
  rsp::append_number(result, session.saved_registers().put(read_all(session)));
  return result;
}

Reply restore_registers(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const auto number = arguments.take_number();
  if (!number || !arguments.at_end()) return reply::bad_request;
  const auto values = session.saved_registers().take(*number);
  if (!values || values->size() != size_of_all(session)) return reply::bad_request;
  return write_all(session, *values);
}

Reply read_register(Session& session, rsp::Reader arguments) {
  const auto number = take_register(session, arguments);
  if (!number || !arguments.at_end()) return reply::bad_request;
  std::array<u8, 256> value{};
  const auto bytes = std::span(value).first(registers_of(session)[*number].bytes());
  session.target().read_register(session.thread(), *number, bytes);
  return rsp::hex(bytes);
}

Reply write_register(Session& session, rsp::Reader arguments) {
  const auto number = take_register(session, arguments);
  if (!number || !arguments.take('=')) return reply::bad_request;
  const auto bytes = arguments.take_hex();
  const RegisterDescription& reg = registers_of(session)[*number];
  if (!bytes || bytes->size() != reg.bytes()) return reply::bad_request;
  if (reg.read_only) return reply::not_permitted;
  return session.target().write_register(session.thread(), *number, *bytes) ? reply::ok : reply::not_permitted;
}

}  // namespace diptych::gdb
