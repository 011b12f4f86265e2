#include "gdbstub/protocol/thread_id.hpp"

#include "gdbstub/protocol/hex.hpp"

namespace diptych::rsp {
namespace {

constexpr std::uint64_t largest = 0x7fffffff;

std::optional<std::int64_t> take_part(Reader& reader) {
  if (reader.take("-1")) return ThreadId::all;
  if (const auto number = reader.take_number(largest)) return static_cast<std::int64_t>(*number);
  return std::nullopt;
}

}  // namespace

std::optional<ThreadId> take_thread_id(Reader& reader) {
  const Reader before = reader;
  ThreadId id;
  if (reader.take('p')) {
    if (const auto process = take_part(reader)) {
      id.process = *process;
      id.thread = ThreadId::all;
      if (!reader.take('.')) return id;
      if (const auto thread = take_part(reader)) {
        id.thread = *thread;
        return id;
      }
    }
  } else if (const auto thread = take_part(reader)) {
    id.thread = *thread;
    return id;
  }
  reader = before;
  return std::nullopt;
}

void append_thread_id(std::string& to, const ThreadId& id, bool with_process) {
  if (with_process) {
    to += 'p';
    append_number(to, static_cast<std::uint64_t>(id.process));
    to += '.';
  }
  append_number(to, static_cast<std::uint64_t>(id.thread));
}

}  // namespace diptych::rsp
