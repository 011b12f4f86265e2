// isa and machines.
#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace diptych::cli_test;
using Json = nlohmann::json;

TEST_CASE("isa lists every row as JSON") {
  const Ended ended = run({"isa", "riscv64", "--json"});
  REQUIRE(ended.exit == 0);
  const Json rows = Json::parse(ended.out);
  REQUIRE(rows.is_array());
  std::set<std::string> mnemonics, extensions;
  for (const Json& row : rows) {
    mnemonics.insert(row.at("mnemonic").get<std::string>());
    extensions.insert(row.at("extension").get<std::string>());
    CHECK_FALSE(row.at("encoding").get<std::string>().empty());
  }
  CHECK(mnemonics.size() == rows.size());
  for (const char* mnemonic : {"lw", "mulhsu", "amomin.w", "fmadd.d", "c.ldsp", "csrrw", "fence.i", "sh2add.uw", "rev8", "bset"})
    CHECK(mnemonics.contains(mnemonic));
  for (const char* extension : {"I", "M", "A", "F", "D", "C", "Zicsr", "Zifencei", "Zba", "Zbb", "Zbs"})
    CHECK(extensions.contains(extension));
  CHECK(std::size_t(std::ranges::count(run({"isa", "riscv64"}).out, '\n')) == rows.size());
}

TEST_CASE("machines says what each can run and report") {
  const Ended ended = run({"machines", "--json"});
  REQUIRE(ended.exit == 0);
  std::set<std::string> names;
  bool references = false;
  for (const Json& machine : Json::parse(ended.out)) {
    INFO(machine.dump());
    names.insert(machine.at("name").get<std::string>());
    // The stages come first, in the order of the pipeline.
    const bool reference = machine.at("role") == "reference";
    CHECK(reference >= references);
    references = reference;
    REQUIRE(machine.at("available") == true);
    CHECK(machine.at("guests").at("riscv64").size() >= 8);
    for (const char* key : {"counts_retired", "exact_budget", "hides_code_end"}) CHECK(machine.at(key).is_boolean());
  }
  for (const char* name : {"interp", "ir", "unicorn", "qemu"}) CHECK(names.contains(name));
}
