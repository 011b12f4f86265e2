// isa: what a guest's table holds.
#include "cli/output.hpp"
#include "cli/verb.hpp"

#include "engine/guest/instructions.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>


namespace diptych::cli {
namespace {

int run(const std::vector<std::string>& arguments) {
  std::string name;
  options::options_description described("Options");
  described.add_options()("guest", options::value(&name)->required(), "the guest: riscv64")("json", "print JSON");
  options::positional_options_description positional;
  positional.add("guest", 1);
  const Parsed parsed = parse(isa_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  const std::optional<Guest> guest = guest_named(name);
  if (!guest || row_count(*guest) == 0)
    return complain({ErrorKind::bad_input, fmt::format("there is no instruction table for \"{}\"; there is one for riscv64", name)});
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t i = 0; i < row_count(*guest); ++i) {
    const RowInfo row = row_info(*guest, i);
    const std::string_view extension = extensions_of(*guest)[row.extension];
    if (parsed.values.contains("json"))
      rows.push_back({{"mnemonic", row.mnemonic}, {"extension", extension}, {"form", row.form}, {"encoding", row.encoding}});
    else
      print_output("{:<9} {:<30} {}\n", extension, row.form, row.encoding);
  }
  if (parsed.values.contains("json")) print_output("{}\n", rows.dump(1));
  return fine;
}

}  // namespace

const Verb isa_verb = {"isa", "list the instructions of a guest, from its table", "GUEST",
                       "  diptych isa riscv64 --json", run};

}  // namespace diptych::cli
