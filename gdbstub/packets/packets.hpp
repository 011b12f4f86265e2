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

struct Packet {
  Handle handle = nullptr;  ///< nullptr: unknown
  bool needs_life = false;  ///< refused once the program has ended
  rsp::Reader arguments{std::string_view()};
};

/// Packets that begin with 'q', 'Q' or 'v' are known by the word up to the first delimiter, which is left
/// to the arguments; all others by their first character, which is not.
Packet find_packet(std::string_view packet);

/// Error replies, numbered as gdb prints them.
namespace reply {
inline const std::string ok = "OK";
inline const std::string not_permitted = "E01";
inline const std::string no_such_thread = "E03";
inline const std::string bad_address = "E0e";
inline const std::string bad_request = "E16";
}  // namespace reply

// registers.cpp
Reply read_registers(Session&, rsp::Reader);
Reply write_registers(Session&, rsp::Reader);
Reply read_register(Session&, rsp::Reader);
Reply write_register(Session&, rsp::Reader);

// memory.cpp
Reply read_memory(Session&, rsp::Reader);
Reply write_memory_in_hex(Session&, rsp::Reader);
Reply write_memory_in_binary(Session&, rsp::Reader);
Reply checksum_of_memory(Session&, rsp::Reader);
Reply search_memory(Session&, rsp::Reader);

// running.cpp
Reply go_on(Session&, rsp::Reader);
Reply go_on_with_signal(Session&, rsp::Reader);
Reply step(Session&, rsp::Reader);
Reply step_with_signal(Session&, rsp::Reader);
Reply resume_actions(Session&, rsp::Reader);
Reply resume_actions_known(Session&, rsp::Reader);
Reply last_halt(Session&, rsp::Reader);

// breakpoints.cpp
Reply insert_breakpoint(Session&, rsp::Reader);
Reply remove_breakpoint(Session&, rsp::Reader);

// life.cpp
Reply extend(Session&, rsp::Reader);
Reply detach(Session&, rsp::Reader);
Reply kill(Session&, rsp::Reader);
Reply kill_process(Session&, rsp::Reader);
Reply restart(Session&, rsp::Reader);
Reply run(Session&, rsp::Reader);

// threads.cpp
Reply select_thread(Session&, rsp::Reader);
Reply is_thread_alive(Session&, rsp::Reader);
Reply current_thread(Session&, rsp::Reader);
Reply first_threads(Session&, rsp::Reader);
Reply more_threads(Session&, rsp::Reader);
Reply describe_thread(Session&, rsp::Reader);
Reply was_attached(Session&, rsp::Reader);

// queries.cpp
Reply supported(Session&, rsp::Reader);
Reply stop_acknowledging(Session&, rsp::Reader);
Reply section_offsets(Session&, rsp::Reader);
Reply look_up_symbols(Session&, rsp::Reader);
Reply transfer_object(Session&, rsp::Reader);
Reply must_be_unknown(Session&, rsp::Reader);

// monitor.cpp
Reply monitor(Session&, rsp::Reader);

}  // namespace diptych::gdb
