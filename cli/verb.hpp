// The verbs of the command line, and what they share.
#pragma once

#include "engine/machine/error.hpp"

#include <boost/program_options.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace diptych::cli {

namespace options = boost::program_options;

/// What the command ends with. The numbers are a promise to scripts.
enum Exit : int { fine = 0, found = 1, unusable = 2 };

struct Verb {
  const char* name;
  const char* summary;
  const char* arguments;  ///< what its usage line has behind the options
  const char* example;
  int (*run)(const std::vector<std::string>& arguments);
};

extern const Verb run_verb, fuzz_verb, replay_verb, minimize_verb, gdb_verb, isa_verb, machines_verb, seeds_verb, translate_verb;

/// "usage: diptych VERB [OPTION...] ARGUMENTS"
std::string usage(const Verb& verb);

/// Reads a verb's arguments. Nothing, with `exit` set, where --help was asked for or the arguments are
/// not usable; what there is to say has then been said.
struct Parsed {
  options::variables_map values;
  int exit = fine;
  bool go_on = false;
};
Parsed parse(const Verb& verb, const std::vector<std::string>& arguments, const options::options_description& described,
             const options::positional_options_description& positional = {});

/// What --quirks is, for the verbs that have it: see use_quirks().
constexpr const char* quirks_help = "known wrong answers of machines: files, separated by commas, in which built-in stands for those that are built in; or none";

/// Says an error as one sentence and gives the exit code for it.
int complain(const Error& error);

}  // namespace diptych::cli
