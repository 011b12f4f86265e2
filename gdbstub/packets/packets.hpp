// Every packet the stub answers: its name, and who answers it.
#pragma once

#include "gdbstub/protocol/reader.hpp"
#include "gdbstub/session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace diptych::gdb {

/// A reply; nothing where the guest runs now, or the packet has none.
using Reply = std::optional<std::string>;
using Handle = Reply (*)(Session& session, rsp::Reader arguments);

/// What there must be to do it to.
enum class Needs : u8 {
  nothing,
  life,  ///< a live program
  halt,  ///< one that does not run
};

struct Packet {
  Handle handle = nullptr;  ///< nullptr: unknown
  Needs needs = Needs::nothing;
  rsp::Reader arguments{std::string_view()};
};

/// Most packets are known by their first character. Those that begin with one of a few letters have longer
/// names, which end before a delimiter, or, for some, before a number.
Packet find_packet(std::string_view packet);

/// Error replies, numbered as gdb prints them.
namespace reply {
inline const std::string ok = "OK";
inline const std::string no_such_annex = "E00";  // the protocol's own word for it
inline const std::string not_permitted = "E01";
inline const std::string no_such_thread = "E03";
inline const std::string bad_address = "E0e";
inline const std::string running = "E10";
inline const std::string bad_request = "E16";
inline const std::string not_possible = "E26";
}  // namespace reply

/// An error as this client can take it: a sentence where it said so, else the number.
std::string explained(const Session& session, std::string error);

/// An error reply with a sentence of its own, for packets whose replies gdb has always taken one in.
std::string refusal(std::string_view sentence);

/// `;thread:ID;` at the end of a packet about registers, as lldb adds it, taken away.
std::optional<rsp::ThreadId> take_thread_suffix(std::string_view& packet);

/// As much of an object's text as was asked for and fits: `m` and a part, or `l` and the last.
Reply part_of(std::string_view text, const rsp::AddressRange& range);

// registers.cpp
Reply read_registers(Session&, rsp::Reader);
Reply write_registers(Session&, rsp::Reader);
Reply read_register(Session&, rsp::Reader);
Reply write_register(Session&, rsp::Reader);
Reply save_registers(Session&, rsp::Reader);
Reply restore_registers(Session&, rsp::Reader);

// memory.cpp
Reply read_memory(Session&, rsp::Reader);
Reply read_memory_in_binary(Session&, rsp::Reader);
Reply write_memory_in_hex(Session&, rsp::Reader);
Reply write_memory_in_binary(Session&, rsp::Reader);
Reply checksum_of_memory(Session&, rsp::Reader);
Reply search_memory(Session&, rsp::Reader);
Reply allocate_memory(Session&, rsp::Reader);
Reply release_memory(Session&, rsp::Reader);

// running.cpp
Reply go_on(Session&, rsp::Reader);
Reply go_on_with_signal(Session&, rsp::Reader);
Reply go_back(Session&, rsp::Reader);
Reply step(Session&, rsp::Reader);
Reply step_with_signal(Session&, rsp::Reader);
Reply step_back(Session&, rsp::Reader);
Reply resume_actions(Session&, rsp::Reader);
Reply resume_actions_known(Session&, rsp::Reader);
Reply last_halt(Session&, rsp::Reader);

// non_stop.cpp
Reply choose_non_stop(Session&, rsp::Reader);
Reply next_stop(Session&, rsp::Reader);
Reply interrupt(Session&, rsp::Reader);

// breakpoints.cpp
Reply insert_breakpoint(Session&, rsp::Reader);
Reply remove_breakpoint(Session&, rsp::Reader);

// events.cpp
Reply pass_signals(Session&, rsp::Reader);
Reply program_signals(Session&, rsp::Reader);
Reply catch_calls(Session&, rsp::Reader);

// life.cpp
Reply extend(Session&, rsp::Reader);
Reply detach(Session&, rsp::Reader);
Reply kill(Session&, rsp::Reader);
Reply kill_process(Session&, rsp::Reader);
Reply attach(Session&, rsp::Reader);

// starting.cpp
Reply restart(Session&, rsp::Reader);
Reply run(Session&, rsp::Reader);
Reply agree(Session&, rsp::Reader);
Reply set_environment(Session&, rsp::Reader);
Reply unset_environment(Session&, rsp::Reader);
Reply reset_environment(Session&, rsp::Reader);

// threads.cpp
Reply select_thread(Session&, rsp::Reader);
Reply is_thread_alive(Session&, rsp::Reader);
Reply current_thread(Session&, rsp::Reader);
Reply first_threads(Session&, rsp::Reader);
Reply more_threads(Session&, rsp::Reader);
Reply describe_thread(Session&, rsp::Reader);
Reply was_attached(Session&, rsp::Reader);
Reply thread_local_address(Session&, rsp::Reader);

// queries.cpp
Reply supported(Session&, rsp::Reader);
Reply stop_acknowledging(Session&, rsp::Reader);
Reply section_offsets(Session&, rsp::Reader);
Reply look_up_symbols(Session&, rsp::Reader);
Reply must_be_unknown(Session&, rsp::Reader);

// objects.cpp
Reply transfer_object(Session&, rsp::Reader);

// files.cpp
Reply file_operation(Session&, rsp::Reader);

// monitor.cpp
Reply monitor(Session&, rsp::Reader);

// lldb.cpp
Reply describe_host(Session&, rsp::Reader);
Reply describe_process(Session&, rsp::Reader);
Reply describe_register(Session&, rsp::Reader);
Reply describe_memory_region(Session&, rsp::Reader);
Reply describe_threads(Session&, rsp::Reader);
Reply stop_of_thread(Session&, rsp::Reader);
Reply take_error_strings(Session&, rsp::Reader);
Reply take_thread_suffixes(Session&, rsp::Reader);
Reply list_threads_in_stops(Session&, rsp::Reader);

}  // namespace diptych::gdb
