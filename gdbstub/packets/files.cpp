// vFile: files as the guest sees them, to be read only.
#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>
#include <array>

namespace diptych::gdb {
namespace {

// The protocol's own numbers of errors.
enum class FileError : u8 { no_such_file = 2, bad_file = 9, invalid = 22, too_many = 24, read_only = 30 };

Reply failure(FileError error) {
  std::string result = "F-1,";
  rsp::append_number(result, static_cast<u64>(error));
  return result;
}

std::string success(u64 value) {
  std::string result = "F";
  rsp::append_number(result, value);
  return result;
}

// A number, bytes following a semicolon.
Reply success(u64 value, std::string_view bytes) {
  std::string result = success(value) + ';';
  rsp::append_escaped(result, bytes);
  return result;
}

// A path in hexadecimal, up to the next comma.
std::optional<std::string> take_path(rsp::Reader& arguments) {
  rsp::Reader word(arguments.take_until(","));
  const auto bytes = word.take_hex();
  if (!bytes || bytes->empty() || std::ranges::find(*bytes, u8{0}) != bytes->end()) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

// `path,flags,mode`
Reply open(Session& session, rsp::Reader arguments) {
  const auto path = take_path(arguments);
  if (!path || !arguments.take(',')) return failure(FileError::invalid);
  const auto flags = arguments.take_number();
  if (!flags || !arguments.take(',') || !arguments.take_number() || !arguments.at_end())
    return failure(FileError::invalid);
  if (*flags != 0) return failure(FileError::read_only);
  auto content = content_of(session.target(), *path);
  if (!content) return failure(FileError::no_such_file);
  const auto number = session.files().add(std::move(*content));
  return number ? success(*number) : failure(FileError::too_many);
}

Reply close(Session& session, rsp::Reader arguments) {
  const auto number = arguments.take_number();
  if (!number || !arguments.at_end()) return failure(FileError::invalid);
  return session.files().close(*number) ? success(0) : failure(FileError::bad_file);
}

// `number,count,offset`
Reply read(Session& session, rsp::Reader arguments) {
  const auto number = arguments.take_number();
  if (!number || !arguments.take(',')) return failure(FileError::invalid);
  const auto count = arguments.take_number();
  if (!count || !arguments.take(',')) return failure(FileError::invalid);
  const auto offset = arguments.take_number();
  if (!offset || !arguments.at_end()) return failure(FileError::invalid);
  const std::vector<u8>* content = session.files().find(*number);
  if (!content) return failure(FileError::bad_file);
  const std::string_view text(reinterpret_cast<const char*>(content->data()), content->size());
  const std::string_view rest = text.substr(std::min<u64>(*offset, text.size()));
  // Escapes can double it, and the number stands before it.
  const std::string_view part = rest.substr(0, std::min<u64>(*count, packet_size / 2 - 32));
  return success(part.size(), part);
}

Reply write(Session&, rsp::Reader) { return failure(FileError::read_only); }

void append_big_endian(std::string& to, u64 value, unsigned bytes) {
  while (bytes-- > 0) to += static_cast<char>(value >> (8 * bytes));
}

// Of struct stat, as the protocol lays it out, a debugger wants the kind and the size.
Reply describe(Session& session, rsp::Reader arguments) {
  const auto number = arguments.take_number();
  if (!number || !arguments.at_end()) return failure(FileError::invalid);
  const std::vector<u8>* content = session.files().find(*number);
  if (!content) return failure(FileError::bad_file);
  constexpr u64 regular_read_only = 0100444;
  constexpr u64 block = 512;
  std::string bytes;
  append_big_endian(bytes, 0, 4);                  // device
  append_big_endian(bytes, *number, 4);            // inode
  append_big_endian(bytes, regular_read_only, 4);  // mode
  append_big_endian(bytes, 1, 4);                  // links
  append_big_endian(bytes, 0, 4);                  // user
  append_big_endian(bytes, 0, 4);                  // group
  append_big_endian(bytes, 0, 4);                  // device it is
  append_big_endian(bytes, content->size(), 8);
  append_big_endian(bytes, block, 8);
  append_big_endian(bytes, (content->size() + block - 1) / block, 8);
  for (int times = 0; times < 3; ++times) append_big_endian(bytes, 0, 4);
  return success(bytes.size(), bytes);
}

Reply read_link(Session& session, rsp::Reader arguments) {
  const auto path = take_path(arguments);
  if (!path || !arguments.at_end()) return failure(FileError::invalid);
  const auto target = link_at(session.target(), *path);
  return target ? success(target->size(), *target) : failure(FileError::invalid);
}

// There is one file system; 0 and the process's own are the same.
Reply choose_file_system(Session&, rsp::Reader arguments) {
  if (!arguments.take_number() || !arguments.at_end()) return failure(FileError::invalid);
  return success(0);
}

struct Operation {
  std::string_view name;
  Handle handle;
};

constexpr Operation operations[] = {
    {"open", open},         {"close", close},         {"pread", read},      {"pwrite", write}, {"unlink", write},
    {"fstat", describe}, {"readlink", read_link}, {"setfs", choose_file_system},
};

}  // namespace

// `:operation:arguments`
Reply file_operation(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const std::string_view name = arguments.take_until(":");
  const auto operation = std::ranges::find(operations, name, &Operation::name);
  if (operation == std::end(operations)) return std::string();
  if (!arguments.take(':')) return failure(FileError::invalid);
  return operation->handle(session, arguments);
}

}  // namespace diptych::gdb
