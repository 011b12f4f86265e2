#include "gdbstub/packets/packets.hpp"

#include <algorithm>
#include <array>

namespace diptych::gdb {
namespace {

// Whether there must be a live program to do it to.
enum class Needs : u8 { nothing, life };

struct Entry {
  std::string_view name;
  Handle handle;
  Needs needs;
};

constexpr std::array entries = std::to_array<Entry>({
    {"!", extend, Needs::nothing},
    {"?", last_halt, Needs::nothing},
    {"C", go_on_with_signal, Needs::life},
    {"D", detach, Needs::nothing},
    {"G", write_registers, Needs::life},
    {"H", select_thread, Needs::nothing},
    {"M", write_memory_in_hex, Needs::life},
    {"P", write_register, Needs::life},
    {"R", restart, Needs::nothing},
    {"S", step_with_signal, Needs::life},
    {"T", is_thread_alive, Needs::life},
    {"X", write_memory_in_binary, Needs::life},
    {"Z", insert_breakpoint, Needs::life},
    {"c", go_on, Needs::life},
    {"g", read_registers, Needs::life},
    {"k", kill, Needs::nothing},
    {"m", read_memory, Needs::life},
    {"p", read_register, Needs::life},
    {"s", step, Needs::life},
    {"z", remove_breakpoint, Needs::nothing},
    {"QStartNoAckMode", stop_acknowledging, Needs::nothing},
    {"qAttached", was_attached, Needs::nothing},
    {"qC", current_thread, Needs::life},
    {"qCRC", checksum_of_memory, Needs::life},
    {"qOffsets", section_offsets, Needs::life},
    {"qRcmd", monitor, Needs::nothing},
    {"qSearch", search_memory, Needs::life},
    {"qSupported", supported, Needs::nothing},
    {"qSymbol", look_up_symbols, Needs::nothing},
    {"qThreadExtraInfo", describe_thread, Needs::life},
    {"qXfer", transfer_object, Needs::nothing},
    {"qfThreadInfo", first_threads, Needs::nothing},
    {"qsThreadInfo", more_threads, Needs::nothing},
    {"vCont", resume_actions, Needs::life},
    {"vCont?", resume_actions_known, Needs::nothing},
    {"vKill", kill_process, Needs::life},
    {"vMustReplyEmpty", must_be_unknown, Needs::nothing},
    {"vRun", run, Needs::nothing},
});

}  // namespace

Packet find_packet(std::string_view packet) {
  rsp::Reader reader(packet);
  std::string_view name = packet.substr(0, 1);
  if (name == "q" || name == "Q" || name == "v")
    name = reader.take_until(":;,");
  else
    reader.take(name);
  const auto entry = std::ranges::find(entries, name, &Entry::name);
  if (entry == entries.end()) return {};
  return {entry->handle, entry->needs == Needs::life, reader};
}

}  // namespace diptych::gdb
