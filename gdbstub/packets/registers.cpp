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

}  // namespace

Reply read_registers(Session& session, rsp::Reader arguments) {
  if (!arguments.at_end()) return reply::bad_request;
  std::string result;
  std::array<u8, 256> value{};
  const auto& registers = registers_of(session);
  for (std::size_t number = 0; number < registers.size(); ++number) {
    const auto bytes = std::span(value).first(registers[number].bytes());
    session.target().read_register(session.thread(), number, bytes);
    rsp::append_hex(result, bytes);
  }
  return result;
}

Reply write_registers(Session& session, rsp::Reader arguments) {
  const auto& registers = registers_of(session);
  const auto bytes = arguments.take_hex();
  std::size_t size = 0;
  for (const RegisterDescription& reg : registers) size += reg.bytes();
  if (!bytes || bytes->size() != size) return reply::bad_request;
  std::span<const u8> rest = *bytes;
  for (std::size_t number = 0; number < registers.size(); ++number) {
    session.target().write_register(session.thread(), number, rest.first(registers[number].bytes()));
    rest = rest.subspan(registers[number].bytes());
  }
  return reply::ok;
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
  session.target().write_register(session.thread(), *number, *bytes);
  return reply::ok;
}

}  // namespace diptych::gdb
