// machines: what can execute a guest here, and what each can say of it.
#include "cli/output.hpp"
#include "cli/verb.hpp"

#include "oracle/machines.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace diptych::cli {
namespace {

int run(const std::vector<std::string>& arguments) {
  options::options_description described("Options");
  described.add_options()("json", "print JSON");
  const Parsed parsed = parse(machines_verb, arguments, described);
  if (!parsed.go_on) return parsed.exit;
  nlohmann::json all = nlohmann::json::array();
  for (const auto& [name, stage, make] : registered_machines()) {
    const Result<std::unique_ptr<Machine>> machine = make(Guest::riscv64);
    const std::string_view role = stage ? "stage" : "reference";
    if (!machine) {
      all.push_back({{"name", name}, {"role", role}, {"available", false}, {"reason", machine.error().message}});
      if (!parsed.values.contains("json")) print_output("{:<12} {:<9} not available: {}\n", name, role, machine.error().message);
      continue;
    }
    const Description& d = (*machine)->describe();
    nlohmann::json guests = nlohmann::json::object();
    std::string plain;
    for (const Description::Support& support : d.guests) {
      nlohmann::json extensions = nlohmann::json::array();
      plain += fmt::format(" {}:", name_of(support.guest));
      for (std::size_t i = 0; i < extensions_of(support.guest).size(); ++i)
        if ((support.extensions >> i) & 1) {
          extensions.push_back(extensions_of(support.guest)[i]);
          plain += fmt::format(" {}", extensions_of(support.guest)[i]);
        }
      guests[std::string(name_of(support.guest))] = extensions;
    }
    all.push_back({{"name", d.name},
                   {"role", role},
                   {"available", true},
                   {"version", d.version},
                   {"guests", guests},
                   {"counts_retired", d.counts_retired},
                   {"exact_budget", d.exact_budget},
                   {"hides_code_end", d.hides_code_end}});
    if (!parsed.values.contains("json"))
      print_output("{:<12} {:<9} {:<24}{}{}{}\n", d.name, role, d.version, plain, d.counts_retired ? "; counts instructions" : "",
                 d.exact_budget ? "; exact budgets" : "");
  }
  if (parsed.values.contains("json")) print_output("{}\n", all.dump(1));
  return fine;
}

}  // namespace

const Verb machines_verb = {"machines", "list the machines, and what each can run and report", "",
                            "  diptych machines --json", run};

}  // namespace diptych::cli
