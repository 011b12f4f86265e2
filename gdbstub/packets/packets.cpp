#include "gdbstub/packets/packets.hpp"

#include "gdbstub/protocol/hex.hpp"

#include <algorithm>
#include <array>

namespace diptych::gdb {
namespace {

struct Entry {
  std::string_view name;
  Handle handle;
  Needs needs;
};

// In the order of their names, by which they are looked up.
constexpr std::array entries = std::to_array<Entry>({
    {"!", extend, Needs::nothing},
    {"?", last_halt, Needs::nothing},
    {"C", go_on_with_signal, Needs::halt},
    {"D", detach, Needs::nothing},
    {"G", write_registers, Needs::halt},
    {"H", select_thread, Needs::nothing},
    {"M", write_memory_in_hex, Needs::life},
    {"P", write_register, Needs::halt},
    {"QCatchSyscalls", catch_calls, Needs::life},
    {"QDisableRandomization", agree, Needs::nothing},
    {"QEnableErrorStrings", take_error_strings, Needs::nothing},
    {"QEnvironmentHexEncoded", set_environment, Needs::nothing},
    {"QEnvironmentReset", reset_environment, Needs::nothing},
    {"QEnvironmentUnset", unset_environment, Needs::nothing},
    {"QListThreadsInStopReply", list_threads_in_stops, Needs::nothing},
    {"QNonStop", choose_non_stop, Needs::nothing},
    {"QPassSignals", pass_signals, Needs::nothing},
    {"QProgramSignals", program_signals, Needs::nothing},
    {"QRestoreRegisterState", restore_registers, Needs::halt},
    {"QSaveRegisterState", save_registers, Needs::halt},
    {"QStartNoAckMode", stop_acknowledging, Needs::nothing},
    {"QStartupWithShell", agree, Needs::nothing},
    {"QThreadSuffixSupported", take_thread_suffixes, Needs::nothing},
    {"R", restart, Needs::nothing},
    {"S", step_with_signal, Needs::halt},
    {"T", is_thread_alive, Needs::life},
    {"X", write_memory_in_binary, Needs::life},
    {"Z", insert_breakpoint, Needs::life},
    {"_M", allocate_memory, Needs::halt},
    {"_m", release_memory, Needs::halt},
    {"bc", go_back, Needs::halt},
    {"bs", step_back, Needs::halt},
    {"c", go_on, Needs::halt},
    {"g", read_registers, Needs::halt},
    {"jThreadsInfo", describe_threads, Needs::halt},
    {"k", kill, Needs::nothing},
    {"m", read_memory, Needs::life},
    {"p", read_register, Needs::halt},
    {"qAttached", was_attached, Needs::nothing},
    {"qC", current_thread, Needs::life},
    {"qCRC", checksum_of_memory, Needs::life},
    {"qGetTLSAddr", thread_local_address, Needs::halt},
    {"qHostInfo", describe_host, Needs::nothing},
    {"qMemoryRegionInfo", describe_memory_region, Needs::nothing},
    {"qOffsets", section_offsets, Needs::life},
    {"qProcessInfo", describe_process, Needs::nothing},
    {"qRcmd", monitor, Needs::nothing},
    {"qRegisterInfo", describe_register, Needs::nothing},
    {"qSearch", search_memory, Needs::life},
    {"qSupported", supported, Needs::nothing},
    {"qSymbol", look_up_symbols, Needs::nothing},
    {"qThreadExtraInfo", describe_thread, Needs::life},
    {"qThreadStopInfo", stop_of_thread, Needs::halt},
    {"qXfer", transfer_object, Needs::nothing},
    {"qfThreadInfo", first_threads, Needs::nothing},
    {"qsThreadInfo", more_threads, Needs::nothing},
    {"s", step, Needs::halt},
    {"vAttach", attach, Needs::nothing},
    {"vCont", resume_actions, Needs::life},
    {"vCont?", resume_actions_known, Needs::nothing},
    {"vCtrlC", interrupt, Needs::nothing},
    {"vFile", file_operation, Needs::nothing},
    {"vKill", kill_process, Needs::nothing},
    {"vMustReplyEmpty", must_be_unknown, Needs::nothing},
    {"vRun", run, Needs::nothing},
    {"vStopped", next_stop, Needs::nothing},
    {"x", read_memory_in_binary, Needs::life},
    {"z", remove_breakpoint, Needs::nothing},
});
static_assert(std::ranges::is_sorted(entries, {}, &Entry::name));

// Names that a number follows without a delimiter.
constexpr std::array<std::string_view, 2> before_numbers = {"qRegisterInfo", "qThreadStopInfo"};

// The name at the front, taken.
std::string_view take_name(rsp::Reader& reader) {
  const std::string_view all = reader.rest();
  if (all.empty()) return all;
  std::string_view name = all.substr(0, 1);
  switch (all.front()) {
    case 'q':
      for (const std::string_view one : before_numbers)
        if (reader.take(one)) return one;
      [[fallthrough]];
    case 'Q':
    case 'v':
    case 'j':
      return reader.take_until(":;,");
    case '_':
    case 'b':
      name = all.substr(0, 2);
      break;
    default:
      break;
  }
  reader.take(name);
  return name;
}

std::string_view sentence_of(std::string_view error) {
  struct Known {
    std::string_view error;
    std::string_view sentence;
  };
  static constexpr Known known[] = {
      {"E00", "there is no such object"},
      {"E01", "that cannot be changed"},
      {"E03", "there is no such thread, or the program has ended"},
      {"E0e", "there is no memory at that address, or nothing can be set there"},
      {"E10", "the thread is running"},
      {"E16", "the packet is malformed"},
      {"E26", "this guest cannot do that"},
  };
  const auto found = std::ranges::find(known, error, &Known::error);
  return found == std::end(known) ? std::string_view() : found->sentence;
}

}  // namespace

Packet find_packet(std::string_view packet) {
  rsp::Reader reader(packet);
  const std::string_view name = take_name(reader);
  const auto entry = std::ranges::lower_bound(entries, name, {}, &Entry::name);
  if (entry == entries.end() || entry->name != name) return {};
  return {entry->handle, entry->needs, reader};
}

std::string refusal(std::string_view sentence) { return "E." + std::string(sentence); }

std::string explained(const Session& session, std::string error) {
  const Client& client = session.client();
  if (error.starts_with("E.")) {
    if (!client.error_strings) return error;
    return "Eff;" + rsp::hex(std::string_view(error).substr(2));
  }
  if (const std::string_view sentence = sentence_of(error); !sentence.empty()) {
    if (client.error_strings) return error + ';' + rsp::hex(sentence);
    if (client.error_messages) return refusal(sentence);
  }
  return error;
}

}  // namespace diptych::gdb
