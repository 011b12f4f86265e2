// `monitor COMMAND ARGUMENTS`: what has no packet of its own.
#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>

namespace diptych::gdb {
namespace {

constexpr std::string_view blank = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// The session's own, and after them the target's.
std::vector<MonitorCommand> commands_of(Session& session) {
  std::vector<MonitorCommand> commands = {
      {"help", "this list", {}},
      {"status", "why the guest stands where it does, and how far it came",
       [&session](std::string_view) { return session.target().status(); }},
  };
  const auto more = session.target().commands();
  commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}

std::string help(const std::vector<MonitorCommand>& commands) {
  std::size_t width = 0;
  for (const MonitorCommand& command : commands) width = std::max(width, command.name.size());
  std::string text = "Commands of the debugging server:\n";
  for (const MonitorCommand& command : commands) {
    text += "  " + command.name;
    text.append(width - command.name.size() + 2, ' ');
    text += command.about + '\n';
  }
  return text;
}

// The only one whose name begins so may be called by its beginning.
const MonitorCommand* find(const std::vector<MonitorCommand>& commands, std::string_view name) {
  const MonitorCommand* found = nullptr;
  for (const MonitorCommand& command : commands) {
    if (command.name == name) return &command;
    if (!command.name.starts_with(name)) continue;
    if (found) return nullptr;
    found = &command;
  }
  return found;
}

std::string answer(Session& session, std::string_view line) {
  line = trimmed(line);
  const std::string_view name = line.substr(0, line.find_first_of(blank));
  const std::vector<MonitorCommand> commands = commands_of(session);
  if (name.empty()) return help(commands);
  const MonitorCommand* command = find(commands, name);
  if (!command) return "There is no such command; `monitor help` lists those there are.\n";
  if (!command->run) return help(commands);
  return command->run(trimmed(line.substr(name.size())));
}

// What fits is sent; a command that says more is one whose end can be spared.
std::string fitting(std::string text) {
  constexpr std::string_view rest = "...\n";
  if (text.size() > packet_size / 2) text.replace(packet_size / 2 - rest.size(), std::string::npos, rest);
  return text;
}

}  // namespace

Reply monitor(Session& session, rsp::Reader arguments) {
  if (!arguments.take(',')) return reply::bad_request;
  const auto line = arguments.take_hex();
  if (!line) return reply::bad_request;
  std::string text = fitting(answer(session, std::string(line->begin(), line->end())));
  if (text.empty()) return reply::ok;
  if (!session.client().is_lldb) return rsp::hex(text);
  // It would show such a reply as it comes.
  session.print(text);
  return reply::ok;
}

}  // namespace diptych::gdb
