#include "corpus/text.hpp"
#include "tests/faults/fault.hpp"
#include "tests/faults/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace diptych::faults {
namespace {

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    items.emplace_back(trimmed(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

class Parser {
 public:
  explicit Parser(const std::string& group) : group_(group) {}

  // What is wrong with a line; empty where nothing is.
  std::string line(std::string_view line) {
    if (line.starts_with('#')) return "";
    if (trimmed(line).empty()) return end();
    if (line.starts_with('-') || line.starts_with('+')) return code(line);
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, blank), rest = trimmed(line.substr(blank));
    if (rest.empty()) return fmt::format("there is nothing behind {}", word);
    if (word == "fault") {
      if (const std::string wrong = end(); !wrong.empty()) return wrong;
      open_ = true;
      fault_.name = rest;
      fault_.group = group_;
      return "";
    }
    if (!open_) return "a fault begins with its name";
    if (word == "why") fault_.why = rest;
    else if (word == "stage") fault_.stages = list_of(rest);
    else if (word == "row") fault_.rows = list_of(rest);
    else if (word == "file") file_ = rest;
    else return fmt::format("{} is none of fault, why, stage, row, file, - and +", word);
    return "";
  }

  // Ends the fault at hand.
  std::string end() {
    if (!open_) return "";
    if (fault_.why.empty() || fault_.stages.empty() || fault_.edits.empty()) return fmt::format("{} has no why, stage or edit", fault_.name);
    for (const Edit& edit : fault_.edits)
      if (edit.replacement.find("planted") == std::string::npos)
        return fmt::format("an edit of {} is always on: its + lines do not say `planted`", fault_.name);
    faults_.push_back(std::move(fault_));
    *this = Parser(group_, std::move(faults_));
    return "";
  }

  std::vector<Fault> take() { return std::move(faults_); }

 private:
  Parser(std::string group, std::vector<Fault> faults) : group_(std::move(group)), faults_(std::move(faults)) {}

  std::string code(std::string_view line) {
    if (file_.empty()) return "an edit needs the file it is of";
    const bool old = line.starts_with('-');
    line.remove_prefix(line.size() > 1 ? 2 : 1);
    if (old && (fault_.edits.empty() || replacing_ || fault_.edits.back().file != file_)) {
      fault_.edits.push_back({.file = file_, .text = std::string(line), .replacement = ""});
      replacing_ = false;
      return "";
    }
    if (fault_.edits.empty()) return "a + line needs a - line before it";
    Edit& edit = fault_.edits.back();
    if (old) {
      edit.text += "\n" + std::string(line);
    } else {
      if (replacing_) edit.replacement += "\n";
      edit.replacement += line;
      replacing_ = true;
    }
    return "";
  }

  std::string group_;
  std::vector<Fault> faults_;
  Fault fault_;
  std::string file_;
  bool open_ = false;
  bool replacing_ = false;
};

}  // namespace

Result<std::vector<Fault>> parse_table(std::string_view text, const std::string& name) {
  Parser parser(name);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const std::string wrong = parser.line(text.substr(0, end)); !wrong.empty())
      return fail(ErrorKind::bad_input, fmt::format("{}.txt: line {}: {}", name, number, wrong));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (const std::string wrong = parser.end(); !wrong.empty()) return fail(ErrorKind::bad_input, fmt::format("{}.txt: {}", name, wrong));
  return parser.take();
}

Result<std::vector<Fault>> read_tables(const std::filesystem::path& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> tables;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (entry.path().extension() == ".txt") tables.push_back(entry.path());
  if (error) return fail(ErrorKind::environment, fmt::format("{}: {}", directory.string(), error.message()));
  std::ranges::sort(tables);
  std::vector<Fault> all;
  std::set<std::string> names;
  for (const std::filesystem::path& table : tables) {
    const Result<std::string> text = read_file(table);
    if (!text) return std::unexpected(text.error());
    Result<std::vector<Fault>> faults = parse_table(*text, table.stem().string());
    if (!faults) return faults;
    for (Fault& fault : *faults) {
      if (!names.insert(fault.name).second)
        return fail(ErrorKind::bad_input, fmt::format("two faults are called {}", fault.name));
      all.push_back(std::move(fault));
    }
  }
  return all;
}

}  // namespace diptych::faults
