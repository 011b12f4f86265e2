// What the documentation promises of the command, held against the command.
#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

#include <regex>
#include <set>

using namespace diptych::cli_test;
using Json = nlohmann::json;

namespace {

std::string documented(const char* page) { return slurp(std::string(DIPTYCH_SOURCE_DIR "/docs/") + page); }

void require_documented(const Json& object, const std::string& page) {
  for (const auto& [key, value] : object.items()) {
    INFO(key);
    CHECK(page.find("`" + key + "`") != std::string::npos);
  }
}

}  // namespace

TEST_CASE("every key of the JSON that is printed is documented") {
  const Folder folder;
  const std::string page = documented("json.md");
  const Json summary = Json::parse(run({"fuzz", "--runs", "500", "--json", "--allow-uncompared", "--out", folder / "out"}).out);
  require_documented(summary, page);
  for (const auto& [name, machine] : summary.at("machines").items()) require_documented(machine, page);
  require_documented(summary.at("rows"), page);
  const Json cases = Json::parse(run({"replay", (edge_cases / "auipc.case").string(), "--json"}).out);
  require_documented(cases.at(0), page);
  for (const Json& machine : cases.at(0).at("machines")) require_documented(machine, page);
}

TEST_CASE("every option of fuzz is documented") {
  const std::string page = documented("fuzzing.md"), help = run({"help", "fuzz"}).out;
  static const std::regex option("  (--[a-z-]+)");
  std::size_t options = 0;
  for (std::sregex_iterator match(help.begin(), help.end(), option), end; match != end; ++match, ++options) {
    INFO((*match)[1]);
    CHECK(page.find("`" + (*match)[1].str()) != std::string::npos);
  }
  CHECK(options >= 10);
}

TEST_CASE("every folder that the README's layout names is there") {
  std::istringstream lines(slurp(DIPTYCH_SOURCE_DIR "/README.md"));
  static const std::regex folder("    ([a-z]+)/ +.*");
  std::size_t folders = 0;
  std::smatch match;
  for (std::string line; std::getline(lines, line);)
    if (std::regex_match(line, match, folder)) {
      INFO(line);
      CHECK(fs::is_directory(fs::path(DIPTYCH_SOURCE_DIR) / match[1].str()));
      ++folders;
    }
  CHECK(folders >= 8);
}
