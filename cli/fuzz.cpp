// fuzz: runs generated programs on all machines until told to stop.
#include "cli/fuzz_screen.hpp"
#include "cli/output.hpp"
#include "cli/verb.hpp"

#include "corpus/files.hpp"
#include "engine/guest/instructions.hpp"
#include "fuzz/generate/mix.hpp"
#include "fuzz/session/session.hpp"
#include "oracle/machines.hpp"
#include "oracle/quirks/quirk.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>
#include <set>

namespace diptych::cli {
namespace {

std::atomic<bool> interrupted = false;

// An empty file or a binary one ending in .case is not what somebody wrote as a case: a full disk or a cut copy left it.
bool is_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  char start[512];
  file.read(start, sizeof start);
  const std::string_view text(start, std::size_t(file.gcount()));
  return !text.empty() && std::ranges::none_of(text, [](char c) { return c >= 0 && c < '\t'; });
}

Result<void> check_corpus(const std::filesystem::path& corpus) {
  auto cases = list_cases(corpus);
  if (!cases) return std::unexpected(std::move(cases).error());
  std::size_t passed_over = 0;
  for (const std::filesystem::path& path : *cases) {
    auto some = read_case(path);
    if (some) continue;
    if (is_text(path)) return std::unexpected(std::move(some).error());
    ++passed_over;
  }
  if (passed_over != 0)
    write_progress(fmt::format("{} of the {} case files in {} are empty or binary and are passed over\n", passed_over, cases->size(), corpus.string()));
  return {};
}

// Everything a session needs is tried before it begins: what is wrong is said as one sentence.
Result<void> check_configuration(const fuzz::Configuration& c) {
  if (!fuzz::mix_named(c.mix))
    return fail(ErrorKind::bad_input, fmt::format("--mix \"{}\" is none of {}", c.mix, fuzz::mix_names()));
  for (const std::string* list : {&c.subjects, &c.oracles})
    if (auto machines = make_machines(*list, c.guest); !machines) return std::unexpected(std::move(machines).error());
  const std::string all = c.subjects + "," + c.oracles;
  // The summary knows machines by name.
  std::set<std::string_view> names;
  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(','));
    if (!names.insert(name).second)
      return fail(ErrorKind::bad_input, fmt::format("the machine {} is named twice", name));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  if (std::size_t(std::ranges::count(all, ',')) > Tally::most_machines)
    return fail(ErrorKind::bad_input, fmt::format("there are more than {} machines", Tally::most_machines + 1));
  if (!c.corpus.empty() && std::filesystem::exists(c.corpus)) return check_corpus(c.corpus);
  return {};
}

// Unless it is ignored, as nohup has it.
void end_on(int number) {
  struct sigaction action {};
  sigaction(number, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

int run(const std::vector<std::string>& arguments) {
  fuzz::Configuration configuration;
  std::string guest, corpus, out;
  i64 runs = 0;  // signed, or "-5" would be read as very many
  options::options_description described("Options");
  described.add_options()("guest", options::value(&guest)->default_value("riscv64"), "the guest")(
      "subject", options::value(&configuration.subjects)->default_value("all"), "machines under test, separated by commas; all: every stage of the engine")(
      "oracle", options::value(&configuration.oracles)->default_value("unicorn,qemu"), "machines to hold them against; all: every reference")(
      "runs", options::value(&runs), "stop after so many runs; a run is one input on all machines")(
      "seconds", options::value(&configuration.seconds), "stop after so many seconds; default 60 where --runs is not given either")(
      "seed", options::value(&configuration.seed)->default_value(1), "the same seed gives the same session")(
      "corpus", options::value(&corpus), "directory of cases to start from; what reaches something new is added to it")(
      "out", options::value(&out)->default_value("reports/out"), "directory for findings and the report")(
      "mix", options::value(&configuration.mix)->default_value("all"), ("what the programs are about: " + fuzz::mix_names()).c_str())(
      "quirks", options::value(&configuration.quirks)->default_value("built-in"), quirks_help)(
      "allow-uncompared", options::bool_switch(&configuration.allow_uncompared), "exit 0 even where a machine or an instruction was hardly compared")(
      "json", "print the summary as JSON");
  const Parsed parsed = parse(fuzz_verb, arguments, described);
  if (!parsed.go_on) return parsed.exit;
  const std::optional<Guest> named = guest_named(guest);
  if (!named || row_count(*named) == 0)
    return complain({ErrorKind::bad_input, fmt::format("guest \"{}\" cannot be fuzzed; riscv64 can", guest)});
  if (parsed.values.contains("runs") && runs <= 0)
    return complain({ErrorKind::bad_input, fmt::format("--runs {} is not a number of runs above 0", runs)});
  if (parsed.values.contains("seconds") && !(std::isfinite(configuration.seconds) && configuration.seconds > 0))
    return complain({ErrorKind::bad_input, fmt::format("--seconds {} is not a time above 0", configuration.seconds)});
  if (auto used = use_quirks(configuration.quirks); !used) return complain(used.error());
  configuration.runs = u64(runs);
  configuration.guest = *named;
  configuration.subjects = subject_list(configuration.subjects, *named);
  configuration.oracles = oracle_list(configuration.oracles, *named);
  configuration.corpus = corpus;
  configuration.out = out;
  if (runs == 0 && configuration.seconds == 0) configuration.seconds = 60;
  if (auto checked = check_configuration(configuration); !checked) return complain(checked.error());

  for (const int number : {SIGINT, SIGTERM, SIGHUP}) end_on(number);
  // Whoever read the progress may be gone: the findings are written all the same.
  std::signal(SIGPIPE, SIG_IGN);
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe");
  const bool json = parsed.values.contains("json");
  FuzzScreen screen;
  Result<fuzz::Summary> summary = fuzz::run_session(
      configuration, {.worker = here.parent_path() / "diptych-fuzz-worker", .command = here},
      [&](const fuzz::Summary& so_far) { screen.show(so_far); }, interrupted);
  screen.leave();
  if (!summary) return complain(summary.error());
  if (json) print_output("{}\n", fuzz::to_json(*summary).dump(1));
  else print_output("{}\nThe report is in {}.\n{}", fuzz::to_text(*summary), configuration.out.string(), last_line(*summary));
  if (!summary->findings.empty() || summary->lost_subjects() != 0 || !summary->ended_early.empty() || summary->is_hollow()) return found;
  return summary->corpus_error.empty() ? fine : unusable;
}

}  // namespace

const Verb fuzz_verb = {"fuzz", "run generated programs on several machines and keep what differs", "",
                        "  diptych fuzz --guest riscv64 --subject interp --oracle unicorn,qemu --seconds 60 --seed 1", run};

}  // namespace diptych::cli
