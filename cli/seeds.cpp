// seeds: writes at least one case for each row of a guest's table.
#include "cli/output.hpp"
#include "cli/verb.hpp"

#include "corpus/files.hpp"
#include "engine/guest/instructions.hpp"
#include "fuzz/generate/seed_cases.hpp"
#include "fuzz/session/raw_finding.hpp"

#include <fmt/format.h>

namespace diptych::cli {
namespace {

int run(const std::vector<std::string>& arguments) {
  std::string out;
  options::options_description described("Options");
  described.add_options()("out", options::value(&out)->default_value("corpus/seeds/riscv64/rows"), "directory to write to");
  const Parsed parsed = parse(seeds_verb, arguments, described);
  if (!parsed.go_on) return parsed.exit;
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) return complain({ErrorKind::environment, fmt::format("{}: {}", out, error.message())});
  const std::vector<Case> cases = fuzz::seed_cases();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string_view mnemonic = row_info(cases[i].guest(), i).mnemonic;
    const std::filesystem::path path = std::filesystem::path(out) / (std::string(mnemonic) + ".case");
    if (auto written = write_case(path, cases[i], fuzz::disassembler(cases[i].guest())); !written)
      return complain(written.error());
  }
  print_output("{} cases in {}\n", cases.size(), out);
  return fine;
}

}  // namespace

const Verb seeds_verb = {"seeds", "write a case for each instruction of the table", "",
                         "  diptych seeds --out corpus/seeds/riscv64/rows", run};

}  // namespace diptych::cli
