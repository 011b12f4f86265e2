// What the commands that measure have in common: how they are asked, how they complain, what they write and how they end.
#pragma once

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::bench {

namespace options = boost::program_options;

enum Exit : int { fine = 0, wrong_output = 1, unusable = 2 };

class Command {
 public:
  /// `about`: in a line, for --help.
  Command(std::string_view name, std::string_view about) : name_(name), about_(about) {}

  int complain(std::string_view sentence) const {
    fmt::print(stderr, "{}: {}\n", name_, sentence);
    return unusable;
  }

  /// To these options come --json and --help. How it is to end, if there is nothing more to do.
  std::optional<int> parse(int argc, char** argv, options::options_description& described, const options::positional_options_description& positional = {}) {
    described.add_options()("json", options::value(&json_file_), "also write what was measured to this file")("help,h", "say this");
    options::variables_map values;
    try {
      options::store(options::command_line_parser(argc, argv).options(described).positional(positional).run(), values);
      options::notify(values);
    } catch (const options::error& error) {
      return complain(error.what());
    }
    if (!values.contains("help")) return std::nullopt;
    fmt::print("{}: {}\n\n", name_, about_);
    std::cout << described;
    return fine;
  }

  /// To the file of --json, if one was named. How to end: as `exit` says, unless that fails.
  int write(const nlohmann::json& everything, int exit = fine) const {
    if (json_file_.empty()) return exit;
    std::ofstream file(json_file_);
    return file << everything.dump(1) << '\n' ? exit : complain(fmt::format("{} cannot be written", json_file_));
  }

  /// All of it, from main: no exception gets out.
  int run(int argc, char** argv, int (*function)(Command&, int, char**)) {
    try {
      return function(*this, argc, argv);
    } catch (const std::exception& error) {
      return complain(error.what());
    }
  }

 private:
  const std::string_view name_, about_;
  std::string json_file_;
};

}  // namespace diptych::bench
