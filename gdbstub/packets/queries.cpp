#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

namespace diptych::gdb {
namespace {

struct Agreement {
  std::string_view name;
  bool Client::* known;
};

// Of what the debugger says it understands, what makes a difference here.
constexpr Agreement agreements[] = {
    {"multiprocess+", &Client::multiprocess},
    {"swbreak+", &Client::software_breakpoints},
    {"hwbreak+", &Client::hardware_breakpoints},
    {"error-message+", &Client::error_messages},
};

constexpr std::string_view always =
    ";QStartNoAckMode+;QNonStop+;vContSupported+;swbreak+;hwbreak+;multiprocess+;error-message+;binary-upload+"
    ";ConditionalBreakpoints+;BreakpointCommands+;QPassSignals+;QProgramSignals+;QDisableRandomization+"
    ";QStartupWithShell+;QEnvironmentHexEncoded+;QEnvironmentUnset+;QEnvironmentReset+"
    ";qXfer:features:read+;qXfer:threads:read+;qXfer:osdata:read+";

constexpr std::string_view of_processes =
    ";QCatchSyscalls+;qXfer:exec-file:read+;qXfer:auxv:read+;qXfer:siginfo:read+;qXfer:siginfo:write+";

// A debugger that is told where memory is takes all else for inaccessible: of a process it would keep
// believing so after the next mapping.
constexpr std::string_view of_cases = ";qXfer:memory-map:read+";

}  // namespace

Reply supported(Session& session, rsp::Reader arguments) {
  arguments.take(':');
  while (!arguments.at_end()) {
    const std::string_view feature = arguments.take_until(";");
    arguments.take(';');
    for (const Agreement& agreement : agreements)
      if (feature == agreement.name) session.client().*agreement.known = true;
  }
  std::string result = "PacketSize=";
  rsp::append_number(result, packet_size);
  result += always;
  result += session.target().process().program.empty() ? of_cases : of_processes;
  if (session.target().goes_back()) result += ";ReverseStep+;ReverseContinue+";
  return result;
}

Reply stop_acknowledging(Session& session, rsp::Reader) {
  session.client().acknowledges = false;
  return reply::ok;
}

// Addresses are absolute, a case's as much as a static program's.
Reply section_offsets(Session&, rsp::Reader) { return "Text=0;Data=0;Bss=0"; }

// The debugger offers to look up symbols; none are wanted.
Reply look_up_symbols(Session&, rsp::Reader) { return reply::ok; }

// How a debugger makes sure that what is unknown is answered as such.
Reply must_be_unknown(Session&, rsp::Reader) { return std::string(); }

}  // namespace diptych::gdb
