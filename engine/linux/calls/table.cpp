// All system calls by their numbers.
#include "engine/linux/calls/call.hpp"

namespace diptych::linux_guest {
namespace {

constexpr std::size_t table_size = 512;

std::array<const SystemCall*, table_size> make_table() {
  std::array<const SystemCall*, table_size> table{};
  for (const auto calls : {file_calls(), path_calls(), directory_calls(), metadata_calls(), waiting_calls(), memory_calls(), signal_calls(), time_calls(), identity_calls(), thread_calls()})
    for (const SystemCall& call : calls) table[call.number] = &call;
  return table;
}

}  // namespace

const SystemCall* system_call(u64 number) {
  static const auto table = make_table();
  return number < table_size ? table[number] : nullptr;
}

}  // namespace diptych::linux_guest
