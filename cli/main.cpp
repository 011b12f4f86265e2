// The command: finds the verb and runs it.
#include "cli/output.hpp"
#include "cli/verb.hpp"
#include "cli/version.hpp"

#include "engine/machine/similar_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::cli {
namespace {

const std::array verbs = {&run_verb, &fuzz_verb, &replay_verb, &minimize_verb, &gdb_verb, &translate_verb, &isa_verb, &machines_verb, &seeds_verb};

std::string help() {
  std::string text =
      "diptych: a CPU engine and its references, side by side, fed the same instructions\n\n"
      "usage: diptych VERB [OPTION...] [ARGUMENT...]\n"
      "       diptych help VERB\n"
      "       diptych --version\n\n";
  for (const Verb* verb : verbs) text += fmt::format("  {:<10} {}\n", verb->name, verb->summary);
  text += "\nExamples:\n";
  for (const Verb* verb : verbs) text += fmt::format("{}\n", verb->example);
  return text + "\nExit status: 0 fine, 1 a divergence or failure was found, 2 the arguments or the environment\n"
                "cannot be used, or output was lost. `run` ends with its program's own status.\n";
}

int run_verb_named(const std::string& name, const std::vector<std::string>& arguments) {
  const auto verb = std::ranges::find_if(verbs, [&](const Verb* v) { return name == v->name; });
  if (verb != verbs.end()) return (*verb)->run(arguments);
  std::vector<std::string_view> names = {"help"};
  for (const Verb* known : verbs) names.emplace_back(known->name);
  return complain({ErrorKind::bad_input, fmt::format("there is no verb \"{}\"; see diptych --help{}", name, did_you_mean(name, names))});
}

int run(std::vector<std::string> arguments) {
  if (arguments.empty()) {
    write_error(help());
    return unusable;
  }
  const std::string name = arguments.front();
  arguments.erase(arguments.begin());
  if (name == "help" && !arguments.empty()) return run_verb_named(arguments.front(), {"--help"});
  if (name == "--help" || name == "-h" || name == "help") {
    write_output(help());
    return fine;
  }
  if (name == "--version" || name == "-V") {
    write_output(version_text());
    return fine;
  }
  return run_verb_named(name, arguments);
}

}  // namespace
}  // namespace diptych::cli

int main(int argc, char** argv) {
  using namespace diptych::cli;
  reserve_standard_descriptors();
  int status = unusable;
  try {
    status = run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    // Memory ran out: nothing below throws on purpose.
    print_error("diptych: {}\n", error.what());
  }
  return finish_output(status);
}
