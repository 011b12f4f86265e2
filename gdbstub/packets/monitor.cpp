// `monitor COMMAND`: what has no packet of its own.
#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>

namespace diptych::gdb {
namespace {

struct Command {
  std::string_view name;
  std::string_view about;
  std::string (*run)(Session&);
};

std::string help(Session&);

constexpr Command commands[] = {
    {"help", "this list", help},
    {"status", "why the guest stands where it does, and how far it came",
     [](Session& session) { return session.target().status(); }},
};

std::string help(Session&) {
  std::string text = "Commands of the debugging server:\n";
  for (const Command& command : commands) {
    text += "  ";
    text += command.name;
    text.append(10 - command.name.size(), ' ');
    text += command.about;
    text += '\n';
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string answer(Session& session, std::string_view line) {
  const std::string_view name = trimmed(line);
  const auto command = std::ranges::find(commands, name.empty() ? "help" : name, &Command::name);
  if (command == std::end(commands)) return "There is no such command; `monitor help` lists those there are.\n";
  return command->run(session);
}

}  // namespace

Reply monitor(Session& session, rsp::Reader arguments) {
  if (!arguments.take(',')) return reply::bad_request;
  const auto line = arguments.take_hex();
  if (!line) return reply::bad_request;
  return rsp::hex(answer(session, std::string(line->begin(), line->end())));
}

}  // namespace diptych::gdb
