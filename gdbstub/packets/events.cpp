// Which signals and system calls the debugger wants to hear of.
#include "gdbstub/packets/packets.hpp"

namespace diptych::gdb {
namespace {

// `:n;n;n`, perhaps empty.
std::optional<std::vector<u64>> take_numbers(rsp::Reader& arguments, u64 most) {
  std::vector<u64> numbers;
  while (!arguments.at_end()) {
    const auto number = arguments.take_number(most);
    if (!number || (!arguments.at_end() && !arguments.take(';'))) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace

Reply pass_signals(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  const auto numbers = take_numbers(arguments, 255);
  if (!numbers) return reply::bad_request;
  std::vector<Signal> signals;
  for (const u64 number : *numbers)
    if (const auto signal = session.client().signal_of(number)) signals.push_back(*signal);
  session.target().pass_signals(signals);
  return reply::ok;
}

// Which signals may be delivered when the guest goes on: each comes with the packet that does it, or is not
// delivered, so there is nothing to be kept.
Reply program_signals(Session&, rsp::Reader arguments) {
  if (!arguments.take(':') || !take_numbers(arguments, 255)) return reply::bad_request;
  return reply::ok;
}

// `:0`, or `:1` and the numbers of those to catch; none: all.
Reply catch_calls(Session& session, rsp::Reader arguments) {
  if (!arguments.take(':')) return reply::bad_request;
  std::optional<std::vector<u64>> which;
  if (arguments.take('1')) {
    if (!arguments.at_end() && !arguments.take(';')) return reply::bad_request;
    which = take_numbers(arguments, ~u64{0});
    if (!which) return reply::bad_request;
  } else if (!arguments.take('0') || !arguments.at_end()) {
    return reply::bad_request;
  }
  return session.target().catch_calls(std::move(which)) ? reply::ok : reply::not_possible;
}

}  // namespace diptych::gdb
