#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace diptych::gdb {
namespace {

constexpr std::size_t chunk_size = std::size_t{1} << 20;

Reply write(Session& session, const rsp::AddressRange& range, const std::optional<std::vector<u8>>& bytes) {
  if (!bytes || bytes->size() != range.length) return reply::bad_request;
  if (bytes->empty()) return reply::ok;  // how gdb finds out that there is this packet
  return session.target().write_memory(session.thread(), range.address, *bytes) ? reply::ok : reply::bad_address;
}

// The CRC-32 that gdb computes over a file's sections: most significant bit first, not inverted.
constexpr auto crc_table = [] {
  std::array<u32, 256> table{};
  for (u32 i = 0; i < table.size(); ++i) {
    u32 value = i << 24;
    for (int bit = 0; bit < 8; ++bit) value = value << 1 ^ ((value >> 31) != 0 ? 0x04c11db7 : 0);
    table[i] = value;
  }
  return table;
}();

u32 crc_over(u32 crc, std::span<const u8> bytes) {
  for (const u8 byte : bytes) crc = crc << 8 ^ crc_table[(crc >> 24 ^ byte) & 255];
  return crc;
}

}  // namespace

// A debugger takes less than it asked for, and asks again for the rest.
Reply read_memory(Session& session, rsp::Reader arguments) {
  const auto range = take_range(arguments);
  if (!range || !arguments.at_end()) return reply::bad_request;
  std::string result;
  if (range->length == 0) return result;
  const std::size_t most = std::min<u64>(range->length, packet_size / 2);
  // The bytes are read into the back half of what they become, since this is what debuggers do most.
  result.resize_and_overwrite(2 * most, [&](char* text, std::size_t) {
    const std::span<u8> bytes(reinterpret_cast<u8*>(text) + most, most);
    const std::size_t read = session.target().read_memory(session.thread(), range->address, bytes);
    rsp::write_hex(text, bytes.first(read));
    return 2 * read;
  });
  if (result.empty()) return reply::bad_address;
  return result;
}

// `b` and the bytes; with nothing asked for, how a debugger finds out that there is this packet.
Reply read_memory_in_binary(Session& session, rsp::Reader arguments) {
  const auto range = take_range(arguments);
  if (!range || !arguments.at_end()) return reply::bad_request;
  if (range->length == 0) return "b";
  // Escapes can double it; they are seldom so many, and then less than asked for is read.
  const std::size_t most = std::min<u64>(range->length, packet_size - 1);
  const auto bytes = std::make_unique_for_overwrite<u8[]>(most);
  const std::size_t read = session.target().read_memory(session.thread(), range->address, {bytes.get(), most});
  if (read == 0) return reply::bad_address;
  const std::string_view text(reinterpret_cast<const char*>(bytes.get()), read);
  std::string result = "b";
  rsp::append_escaped(result, text);
  if (result.size() <= packet_size) return result;
  result.resize(1);
  rsp::append_escaped(result, text.substr(0, packet_size / 2 - 1));
  return result;
}

Reply write_memory_in_hex(Session& session, rsp::Reader arguments) {
  const auto range = take_range(arguments);
  if (!range || !arguments.take(':')) return reply::bad_request;
  return write(session, *range, arguments.take_hex());
}

Reply write_memory_in_binary(Session& session, rsp::Reader arguments) {
  const auto range = take_range(arguments);
  if (!range || !arguments.take(':')) return reply::bad_request;
  return write(session, *range, arguments.take_binary());
}

Reply checksum_of_memory(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const auto range = take_range(arguments);
  if (!range || !arguments.at_end()) return reply::bad_request;
  u32 crc = ~u32{0};
  std::vector<u8> chunk(std::min<u64>(range->length, chunk_size));
  for (u64 done = 0; done < range->length;) {
    const auto part = std::span(chunk).first(std::min<u64>(chunk.size(), range->length - done));
    if (session.target().read_memory(session.thread(), range->address + done, part) != part.size()) return reply::bad_address;
    crc = crc_over(crc, part);
    done += part.size();
  }
  std::string result = "C";
  rsp::append_number(result, crc);
  return result;
}

// `_Msize,rights`
Reply allocate_memory(Session& session, rsp::Reader arguments) {
  // Of a packet that is known and fails lldb takes the reply for an address, and so it had better not be known.
  if (!session.target().allocates()) return std::string();
  const auto size = arguments.take_number();
  if (!size || *size == 0 || !arguments.take(',')) return reply::bad_request;
  Access access = Access::none;
  while (!arguments.at_end())
    if (arguments.take('r'))
      access = access | Access::read;
    else if (arguments.take('w'))
      access = access | Access::write;
    else if (arguments.take('x'))
      access = access | Access::execute;
    else
      return reply::bad_request;
  const auto address = session.target().allocate(*size, access);
  if (!address) return reply::not_possible;
  std::string result;
  rsp::append_number(result, *address);
  return result;
}

Reply release_memory(Session& session, rsp::Reader arguments) {
  const auto address = arguments.take_number();
  if (!address || !arguments.at_end()) return reply::bad_request;
  return session.target().release(*address) ? reply::ok : reply::bad_address;
}

// `qSearch:memory:address;length;pattern`
Reply search_memory(Session& session, rsp::Reader arguments) {
  if (!arguments.take(":memory:")) return std::string();
  const auto address = arguments.take_number();
  if (!address || !arguments.take(';')) return reply::bad_request;
  const auto length = arguments.take_number();
  if (!length || !arguments.take(';') || *length > 0 - *address - (*address == 0)) return reply::bad_request;
  const auto pattern = arguments.take_binary();
  if (!pattern || pattern->empty()) return reply::bad_request;
  // Each chunk ends with as much of the next as a match that begins in it may need.
  const u64 overlap = pattern->size() - 1;
  std::vector<u8> chunk(std::min<u64>(*length, chunk_size + overlap));
  for (u64 done = 0; *length - done >= pattern->size(); done += chunk_size) {
    const auto part = std::span(chunk).first(std::min<u64>(chunk.size(), *length - done));
    const std::size_t read = session.target().read_memory(session.thread(), *address + done, part);
    if (const void* found = memmem(part.data(), read, pattern->data(), pattern->size())) {
      std::string result = "1,";
      rsp::append_number(result, *address + done + static_cast<u64>(static_cast<const u8*>(found) - part.data()));
      return result;
    }
    if (read != part.size()) return reply::bad_address;
    if (*length - done <= chunk_size) break;
  }
  return "0";
}

}  // namespace diptych::gdb
