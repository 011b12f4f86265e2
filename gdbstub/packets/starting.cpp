// Starting the program again, and what it is to find then.
#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>

namespace diptych::gdb {
namespace {

std::optional<std::string> as_text(const std::optional<std::vector<u8>>& bytes) {
  if (!bytes || std::ranges::find(*bytes, u8{0}) != bytes->end()) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

// `:` and a text in hexadecimal.
std::optional<std::string> take_text(rsp::Reader& arguments) {
  if (!arguments.take(':')) return std::nullopt;
  return as_text(arguments.take_hex());
}

constexpr std::size_t most_changes = 1024;

Reply change_environment(Session& session, std::string name, std::optional<std::string> value) {
  auto& changes = session.launch().environment;
  std::erase_if(changes, [&](const auto& change) { return change.first == name; });
  if (changes.size() == most_changes) return reply::not_possible;
  changes.emplace_back(std::move(name), std::move(value));
  return reply::ok;
}

}  // namespace

Reply restart(Session& session, rsp::Reader) {
  static_cast<void>(session.restart());
  return std::nullopt;
}

// `;file;argument;argument...`: there is one program, whatever the debugger calls it. A debugger that knows of no
// arguments sends none, and the program has those the server was given; one that has sent some has emptied them.
Reply run(Session& session, rsp::Reader arguments) {
  std::vector<std::string> words;
  while (arguments.take(';')) {
    rsp::Reader word(arguments.take_until(";"));
    auto text = as_text(word.take_hex());
    if (!text) return reply::bad_request;
    words.push_back(std::move(*text));
  }
  if (!arguments.at_end()) return reply::bad_request;
  auto& kept = session.launch().arguments;
  if (words.size() > 1) kept = std::vector(words.begin() + 1, words.end());
  else if (kept) kept->clear();
  if (session.running()) session.stop_quietly(Signal::none);
  if (const auto done = session.restart(); !done) return refusal(done.error().message);
  if (session.client().non_stop) return reply::ok;
  return session.stop_reply();
}

// Nothing is random here, and no shell is needed: either choice is what happens.
Reply agree(Session&, rsp::Reader arguments) {
  if (!arguments.take(':') || !arguments.take_number(1) || !arguments.at_end()) return reply::bad_request;
  return reply::ok;
}

// NAME=VALUE
Reply set_environment(Session& session, rsp::Reader arguments) {
  const auto text = take_text(arguments);
  if (!text) return reply::bad_request;
  const std::size_t equals = text->find('=');
  if (equals == 0 || equals == std::string::npos) return reply::bad_request;
  return change_environment(session, text->substr(0, equals), text->substr(equals + 1));
}

Reply unset_environment(Session& session, rsp::Reader arguments) {
  const auto name = take_text(arguments);
  if (!name || name->empty()) return reply::bad_request;
  return change_environment(session, *name, std::nullopt);
}

Reply reset_environment(Session& session, rsp::Reader arguments) {
  if (!arguments.at_end()) return reply::bad_request;
  session.launch().environment.clear();
  return reply::ok;
}

}  // namespace diptych::gdb
