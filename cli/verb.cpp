#include "cli/verb.hpp"

#include "cli/output.hpp"

#include <fmt/format.h>

#include <iostream>
#include <sstream>

namespace diptych::cli {
namespace {

// What a user gave may be quoted in a message, and may hold anything: one line stays one line, and a
// terminal gets no commands.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

}  // namespace

Parsed parse(const Verb& verb, const std::vector<std::string>& arguments, const options::options_description& described,
             const options::positional_options_description& positional) {
  Parsed parsed;
  options::options_description all;
  all.add(described).add_options()("help,h", "say this");
  try {
    options::store(options::command_line_parser(arguments).options(all).positional(positional).run(), parsed.values);
    if (parsed.values.contains("help")) {
      std::ostringstream listed;
      listed << all;
      print_output("diptych {}: {}\n\n{}\nExample:\n{}\n", verb.name, verb.summary, listed.str(), verb.example);
      return parsed;
    }
    options::notify(parsed.values);
    parsed.go_on = true;
  } catch (const options::error& error) {
    print_error("diptych {}: {}; see diptych {} --help\n", verb.name, printable(error.what()), verb.name);
    parsed.exit = unusable;
  }
  return parsed;
}

int complain(const Error& error) {
  print_error("diptych: {}\n", printable(error.message));
  return unusable;
}

}  // namespace diptych::cli
