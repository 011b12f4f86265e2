// The command: finds the verb and runs it.
#include "cli/output.hpp"
#include "cli/verb.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

namespace diptych::cli {
namespace {

const std::array verbs = {&run_verb, &fuzz_verb, &replay_verb, &minimize_verb, &gdb_verb, &translate_verb, &isa_verb, &machines_verb, &seeds_verb};

void print_help() {
  print_output("diptych: a CPU engine and its references, side by side, fed the same instructions\n\n");
  for (const Verb* verb : verbs) print_output("  {:<10} {}\n", verb->name, verb->summary);
  print_output("\nExamples:\n");
  for (const Verb* verb : verbs) print_output("{}\n", verb->example);
  print_output("\nEach verb tells more with --help. Exit status: 0 fine, 1 a divergence or failure was found,\n"
             "2 the arguments or the environment cannot be used.\n");
}

int run(std::vector<std::string> arguments) {
  if (arguments.empty()) {
    print_help();
    return unusable;
  }
  const std::string name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help();
    return fine;
  }
  if (name == "--version") {
    print_output("diptych 0.1.0\n");
    return fine;
  }
  arguments.erase(arguments.begin());
  auto verb = std::ranges::find_if(verbs, [&](const Verb* v) { return name == v->name; });
  if (verb == verbs.end()) {
    return complain({ErrorKind::bad_input, fmt::format("there is no verb \"{}\"; see diptych --help", name)});
  }
  return (*verb)->run(arguments);
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
