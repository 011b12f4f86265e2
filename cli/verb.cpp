#include "cli/verb.hpp"

#include "cli/output.hpp"

#include "engine/machine/similar_name.hpp"

#include <fmt/format.h>

#include <algorithm>
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

// What is given by its place, told as such, and the options.
void print_help(const Verb& verb, const options::options_description& described, const options::positional_options_description& positional) {
  options::options_description shown("Options");
  std::string arguments;
  for (const auto& option : described.options()) {
    if (positional.max_total_count() == 0 || option->long_name() != positional.name_for_position(0)) shown.add(option);
    else arguments = fmt::format("\n{}: {}\n", verb.arguments, option->description());
  }
  std::ostringstream options;
  options << shown;
  print_output("diptych {}: {}\n\n{}\n{}\n{}\nExample:\n{}\n", verb.name, verb.summary, usage(verb), arguments, options.str(), verb.example);
}

// With what was probably meant where an option is not known.
std::string message(const Verb& verb, const options::error& error, const options::options_description& described) {
  if (dynamic_cast<const options::required_option*>(&error)) return fmt::format("{} is required; {}", verb.arguments, usage(verb));
  std::string text = fmt::format("{}; see diptych {} --help", error.what(), verb.name);
  if (const auto* unknown = dynamic_cast<const options::unknown_option*>(&error)) {
    std::vector<std::string_view> names;
    for (const auto& option : described.options()) names.push_back(option->long_name());
    const std::string given = unknown->get_option_name();
    std::string_view typed = std::string_view(given).substr(0, given.find('='));
    typed.remove_prefix(std::min(typed.find_first_not_of('-'), typed.size()));
    if (const std::string_view name = similar_name(typed, names); !name.empty()) text += fmt::format("; did you mean --{}?", name);
  }
  return text;
}

}  // namespace

std::string usage(const Verb& verb) {
  return fmt::format("usage: diptych {} [OPTION...]{}{}", verb.name, *verb.arguments ? " " : "", verb.arguments);
}

Parsed parse(const Verb& verb, const std::vector<std::string>& arguments, const options::options_description& described,
             const options::positional_options_description& positional) {
  Parsed parsed;
  options::options_description all;
  all.add(described).add_options()("help,h", "show this help");
  try {
    options::store(options::command_line_parser(arguments).options(all).positional(positional).run(), parsed.values);
    if (parsed.values.contains("help")) {
      print_help(verb, all, positional);
      return parsed;
    }
    options::notify(parsed.values);
    parsed.go_on = true;
  } catch (const options::error& error) {
    print_error("diptych {}: {}\n", verb.name, printable(message(verb, error, all)));
    parsed.exit = unusable;
  }
  return parsed;
}

int complain(const Error& error) {
  print_error("diptych: {}\n", printable(error.message));
  return unusable;
}

}  // namespace diptych::cli
