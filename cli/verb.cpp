#include "cli/verb.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <iostream>
#include <sstream>

namespace diptych::cli {

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
      fmt::print("diptych {}: {}\n\n{}\nExample:\n{}\n", verb.name, verb.summary, listed.str(), verb.example);
      return parsed;
    }
    options::notify(parsed.values);
    parsed.go_on = true;
  } catch (const options::error& error) {
    fmt::print(stderr, "diptych {}: {}; see diptych {} --help\n", verb.name, error.what(), verb.name);
    parsed.exit = unusable;
  }
  return parsed;
}

int complain(const Error& error) {
  fmt::print(stderr, "diptych: {}\n", error.message);
  return unusable;
}

}  // namespace diptych::cli
