#include "fuzz/session/session.hpp"

#include "corpus/files.hpp"
#include "fuzz/generate/bytes.hpp"
#include "fuzz/session/child_process.hpp"
#include "fuzz/session/former_run.hpp"
#include "fuzz/session/raw_finding.hpp"
#include "fuzz/session/shared.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <set>

namespace diptych::fuzz {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

// A worker that has done nothing for so long is stuck inside a machine whose own watchdog failed.
constexpr auto patience = std::chrono::seconds(20);
constexpr u64 most_restarts = 100;
constexpr u64 casualties_minimized = 3;
// Minimizing takes seconds. What takes longer met a machine that does not end; its raw case stays.
constexpr auto patience_with_minimizer = std::chrono::minutes(2);

double own_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string last_line_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line, last;
  while (std::getline(file, line))
    if (!line.empty()) last = line;
  return last;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

class Session {
 public:
  Session(const Configuration& configuration, const Programs& programs, SharedMapping shared)
      : programs_(programs), shared_(std::move(shared)) {
    summary_.configuration = configuration;
    for (std::string& subject : split(configuration.subjects)) summary_.machines.push_back({.name = std::move(subject)});
    for (std::string& oracle : split(configuration.oracles))
      summary_.machines.push_back({.name = std::move(oracle), .oracle = true});
  }

  Result<Summary> run(const std::function<void(const Summary&)>& progress, const std::atomic<bool>& interrupted) {
    take_up_left_over();
    if (auto started = start_worker(); !started) return std::unexpected(std::move(started).error());
    auto told = Clock::now();
    while (worker_) {
      for (const std::string& line : worker_->read_lines(100)) hear(line);
      minimize_next();
      if (!ending_ && (interrupted || out_of_time())) {
        ending_ = true;
        summary_.interrupted = interrupted;
        shared_->stop.store(true);
      }
      if (auto ended = watch_worker(); !ended) return std::unexpected(std::move(ended).error());
      if (Clock::now() - told > std::chrono::milliseconds(250)) {
        told = Clock::now();
        progress(gather());
      }
    }
    while (minimizer_ || !queue_.empty()) {
      if (minimizer_) minimizer_->read_lines(0);
      minimize_next(50);
    }
    if (error_) return std::unexpected(*error_);
    settle_raw_cases();
    std::error_code ignored;
    std::filesystem::remove_all(configuration().out / pending_corpus, ignored);
    Summary& summary = gather();
    progress(summary);
    if (auto written = write_reports(summary); !written) return std::unexpected(std::move(written).error());
    return summary;
  }

 private:
  const Configuration& configuration() const { return summary_.configuration; }
  std::filesystem::path log() const { return configuration().out / "worker.log"; }

  bool out_of_time() const {
    return configuration().seconds > 0 &&
           std::chrono::duration<double>(Clock::now() - begin_).count() >= configuration().seconds;
  }

  // Raw cases that an earlier session wrote and did not live to look into.
  void take_up_left_over() {
    auto cases = list_cases(configuration().out / "raw");
    if (!cases) return;
    for (const std::filesystem::path& path : *cases) {
      Pending pending;
      pending.raw = path;
      pending.bucket = "left over/" + path.stem().string();
      pending.left_over = true;
      Bucket& bucket = buckets_[pending.bucket];
      bucket.signature = pending.bucket;
      bucket.stage = summary_.machines.front().name;
      bucket.case_path = path.string();
      bucket.left_over = true;
      queue_.push_back(std::move(pending));
    }
  }

  Result<void> start_worker() {
    Configuration mine = configuration();
    if (mine.runs != 0) mine.runs -= std::min(mine.runs, shared_->tally.runs);
    mine.seed += restarts_ * 1000003;  // the same seed would meet the same end
    auto started = ChildProcess::start(programs_.worker,
                                       {to_json(mine), std::to_string(shared_.descriptor()), "%report"},
                                       {shared_.descriptor()}, log());
    if (!started) return std::unexpected(std::move(started).error());
    worker_.emplace(std::move(*started));
    alive_ = Clock::now();
    alive_runs_ = shared_->tally.runs;
    return {};
  }

  // One line of the worker: a finding, whose case is on disk already.
  void hear(const std::string& text) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_discarded()) return;
    if (line.contains("error") && !line.contains("instruction")) {
      error_ = Error{ErrorKind::environment, line["error"].get<std::string>()};
      shared_->stop.store(true);
      return;
    }
    if (line.contains("corpus_error")) {
      summary_.corpus_error = line["corpus_error"].get<std::string>();
      return;
    }
    const std::string signature = line["signature"];
    const std::string reference = line["reference"];
    Bucket& bucket = buckets_[signature];
    if (bucket.signature.empty()) {
      bucket.signature = signature;
      bucket.mnemonic = line["instruction"];
      bucket.kind = line["kind"];
      bucket.stage = line["stage"];
      bucket.instruction = bucket.mnemonic;
    }
    bucket.count += line["count"].get<u64>();
    bucket.replays = line["replays"];
    add_references(bucket, {reference});
    if (line.contains("raw")) {
      if (bucket.case_path.empty()) bucket.case_path = line["raw"];
      Pending pending;
      pending.raw = line["raw"].get<std::string>();
      pending.bucket = signature;
      pending.stage = line["stage"];
      pending.reference = reference;
      raw_cases_.emplace_back(pending.raw, signature);
      queue_.push_back(std::move(pending));
    }
  }

  struct Pending {
    std::filesystem::path raw;
    std::string bucket;
    std::string stage, reference;
    bool left_over = false;
    std::optional<std::size_t> casualty;  // which one, of those that are no bucket
  };

  // One minimizer at a time: it is a process of its own, because what it runs may abort as well.
  void minimize_next(int wait = 0) {
    if (minimizer_) {
      for (std::string& line : minimizer_->read_lines(wait)) minimized_line_ = std::move(line);
      const bool late = Clock::now() - minimizer_began_ > patience_with_minimizer;
      if (late) minimizer_->kill();
      const std::optional<int> status = minimizer_->ended();
      if (!status) return;
      for (std::string& line : minimizer_->read_lines(0)) minimized_line_ = std::move(line);
      minimizer_seconds_ += minimizer_->seconds();
      take_minimized(late ? "the minimizer did not end in time" : describe_end(*status));
      minimizer_.reset();
    }
    while (!queue_.empty()) {
      current_ = std::move(queue_.front());
      queue_.pop_front();
      // One minimized case a signature and pair of machines is enough.
      if (!current_.left_over && !minimized_pairs_.insert(current_.bucket + " " + current_.reference).second) continue;
      minimized_line_.clear();
      std::vector<std::string> arguments = {
          "minimize", current_.raw.string(), "--subject", configuration().subjects, "--oracle", configuration().oracles,
          "--quirks", configuration().quirks, "--out", (configuration().out / (current_.casualty ? "casualties" : "findings")).string(), "--json"};
      if (!current_.left_over && !current_.casualty) arguments.insert(arguments.end(), {"--stage", current_.stage});
      auto started = ChildProcess::start(programs_.command, std::move(arguments), {}, configuration().out / "minimize.log");
      if (started) minimizer_.emplace(std::move(*started));
      minimizer_began_ = Clock::now();
      return;
    }
  }

  // Raw cases whose signature has its smallest case are done with, and so not for the next session to
  // take up. They are kept: what was seen first may tell more.
  void settle_raw_cases() {
    for (const auto& [raw, found_as] : raw_cases_) {
      std::error_code ignored;
      if (buckets_[found_as].minimized) std::filesystem::rename(raw, raw.string() + ".done", ignored);
    }
  }

  // What the minimizer made of a raw case becomes its bucket's face. A smaller case may show that what
  // parted first was another instruction; gather() then brings the buckets together.
  void take_minimized(const std::string& how_it_ended) {
    const Json result = Json::parse(minimized_line_, nullptr, false);
    const bool seen_again = !result.is_discarded() && result.contains("signature");
    // A minimizer that was lost has not judged the case.
    const bool judged = !result.is_discarded() && (seen_again || result.value("verdict", "") != "lost");
    if (current_.casualty) return take_minimized(casualties_[*current_.casualty], result, judged);
    if (current_.left_over) {
      std::error_code ignored;
      if (judged)
        std::filesystem::rename(current_.raw, current_.raw.string() + (seen_again ? ".done" : ".gone"), ignored);
      if (!seen_again && judged) {
        buckets_.erase(current_.bucket);
        return;
      }
    }
    Bucket& bucket = buckets_[current_.bucket];
    // Otherwise the raw case stays what there is: the minimizer itself may have been ended by it.
    if (!seen_again) {
      if (judged && result.value("verdict", "") != "unmet") bucket.replays = false;
      else if (judged) bucket.trouble = "it is about what the case expects";
      else if (!result.is_discarded()) bucket.trouble = fmt::format("{} {}", result.value("machine", "?"), result.value("how", "was lost"));
      else bucket.trouble = fmt::format("{}; see {}", how_it_ended, (configuration().out / "minimize.log").string());
      return;
    }
    bucket.replays = true;
    bucket.signature = result["signature"];
    bucket.mnemonic = result["mnemonic"];
    bucket.kind = result["kind"];
    bucket.stage = result["stage"];
    bucket.instruction = result["instruction"];
    bucket.case_path = result["case"];
    bucket.outvoted = result["outvoted"].get<std::vector<std::string>>();
    bucket.minimized = true;
    bucket.count = std::max<u64>(bucket.count, 1);
    add_references(bucket, result["references"].get<std::vector<std::string>>());
  }

  static std::string describe_end(int status) {
    if (WIFSIGNALED(status)) return fmt::format("the minimizer was ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fmt::format("the minimizer ended with status {}", WEXITSTATUS(status));
  }

  static void take_minimized(Casualty& casualty, const Json& result, bool judged) {
    if (!result.is_discarded() && result.contains("signature")) {
      casualty.signature = result["signature"];
      casualty.instruction = result["instruction"];
      casualty.case_path = result["case"];
      casualty.minimized = true;
    } else if (judged) {
      casualty.replays = false;
    }
  }

  // Those with one signature and end, as one.
  std::vector<Casualty> casualties() const {
    std::vector<Casualty> merged;
    for (const Casualty& one : casualties_) {
      const auto same = std::ranges::find_if(merged, [&](const Casualty& other) {
        return other.machine == one.machine && other.how == one.how && other.signature == one.signature && other.replays == one.replays;
      });
      if (same == merged.end()) merged.push_back(one);
      else ++same->count;
    }
    return merged;
  }

  static void add_references(Bucket& bucket, const std::vector<std::string>& references) {
    for (const std::string& reference : references)
      if (std::ranges::find(bucket.references, reference) == bucket.references.end())
        bucket.references.push_back(reference);
  }

  // Buckets that turned out to have one signature, as one.
  std::vector<Bucket> findings() const {
    std::map<std::string, Bucket> merged;
    for (const auto& [found_as, bucket] : buckets_) {
      auto [at, fresh] = merged.try_emplace(bucket.signature, bucket);
      if (fresh) continue;
      Bucket& target = at->second;
      const u64 count = target.count + bucket.count;
      std::vector<std::string> references = target.references;
      if (!target.minimized) target = bucket;
      target.count = count;
      add_references(target, references);
      add_references(target, bucket.references);
    }
    std::vector<Bucket> all;
    for (auto& [signature, bucket] : merged) {
      // What was found of the first subject may be called after the reference that it was found against.
      std::erase(bucket.references, bucket.stage);
      all.push_back(std::move(bucket));
    }
    return all;
  }

  // Whether the worker ended, by itself or by what it ran, or has to be ended.
  Result<void> watch_worker() {
    const u64 runs = shared_->tally.runs;
    if (runs != alive_runs_) {
      alive_runs_ = runs;
      alive_ = Clock::now();
    }
    const bool stuck = Clock::now() - alive_ > patience;
    if (stuck) worker_->kill();
    std::optional<int> status = worker_->ended();
    if (stuck && !status) {
      while (!(status = worker_->ended())) worker_->read_lines(10);
    }
    if (!status) return {};
    for (const std::string& line : worker_->read_lines(0)) hear(line);
    worker_seconds_ += worker_->seconds();
    worker_.reset();
    wall_end_ = Clock::now();
    // Its machines' processes are counted by the tally; the next worker starts its counts anew.
    for (std::size_t i = 0; i < summary_.machines.size(); ++i) {
      elsewhere_[i] += shared_->tally.machines[i].seconds_elsewhere;
      shared_->tally.machines[i].seconds_elsewhere = 0;
    }
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
    if (WIFEXITED(*status) && runs == 0) {
      const std::string said = last_line_of(log());
      return fail(ErrorKind::environment,
                  said.empty() ? fmt::format("{} could not be run, or ended before its first run", programs_.worker.string()) : said);
    }
    note_casualty(stuck ? "did not end" : WIFSIGNALED(*status) ? fmt::format("ended the worker by signal {}", WTERMSIG(*status))
                                                               : "ended the worker");
    if (ending_) return {};
    if (++restarts_ > most_restarts) {
      const Casualty& last = casualties_.back();
      summary_.ended_early = fmt::format("the worker was lost {} times, at last as {} {}: given up after {} runs", restarts_, last.machine,
                                         last.how, shared_->tally.runs);
      return {};
    }
    return start_worker();
  }

  // What the worker was running when it died: the input, and those of its block before it.
  void note_casualty(std::string how) {
    Casualty casualty;
    const u32 running = shared_->running;
    casualty.machine = running < summary_.machines.size() ? summary_.machines[running].name : "?";
    casualty.how = std::move(how);
    Block block;
    const std::size_t size = std::min<std::size_t>(shared_->current_size.load(), Shared::block_size);
    casualty.signature = casualty.machine + "/several/crash";
    if (size != 0 && decode({shared_->current.data(), size}, block)) {
      const std::filesystem::path folder = configuration().out / "casualties" / "raw";
      std::error_code ignored;
      std::filesystem::create_directories(folder, ignored);
      Case some;
      some.why = casualty.machine + " " + casualty.how;
      some.program = block.program;
      inputs_of(block, std::min<std::size_t>(shared_->running_input, inputs_per_block - 1) + 1, some.earlier);
      some.input = std::move(some.earlier.back());
      some.earlier.pop_back();
      some.budget = block.budget;
      const std::filesystem::path path = folder / fmt::format("{}-{}.case", casualty.machine, casualties_.size() + 1);
      if (write_case(path, some, disassembler(some.guest()))) casualty.case_path = path.string();
    }
    // A few of those that ended in one way tell what there is to tell.
    const std::string way = casualty.machine + " " + casualty.how;
    if (!casualty.case_path.empty() && casualty_ways_[way]++ < casualties_minimized) {
      Pending pending;
      pending.raw = casualty.case_path;
      pending.bucket = fmt::format("casualty {}", casualties_.size());
      pending.casualty = casualties_.size();
      queue_.push_back(std::move(pending));
    }
    casualties_.push_back(std::move(casualty));
  }

  Summary& gather() {
    summary_.tally = shared_->tally;
    summary_.blocks = shared_->blocks.load();
    summary_.seconds = std::chrono::duration<double>((worker_ ? Clock::now() : wall_end_) - begin_).count();
    // Ticks pass while another process has the processor too, so they are taken as shares of the
    // worker's own CPU time; those spent waiting for a machine elsewhere are nobody's.
    const double worker = worker_ ? worker_seconds_ + shared_->worker_seconds : worker_seconds_;
    double ticks = double(shared_->worker_ticks);
    for (const MachineTally& m : summary_.tally.machines) ticks -= double(m.away_ticks);
    double elsewhere = 0;
    summary_.inside_seconds = 0;
    for (std::size_t i = 0; i < summary_.machines.size(); ++i) {
      const MachineTally& m = summary_.tally.machines[i];
      const double away = elsewhere_[i] + m.seconds_elsewhere;
      elsewhere += away;
      MachineSummary& machine = summary_.machines[i];
      machine.seconds = away + (ticks > 0 ? worker * double(m.first_run_ticks) / ticks : 0);
      if (machine.oracle) summary_.inside_seconds += machine.seconds;
    }
    summary_.cpu_seconds = own_seconds() + worker + elsewhere + minimizer_seconds_;
    summary_.findings = findings();
    summary_.casualties = casualties();
    return summary_;
  }

  Result<void> write_reports(const Summary& summary) {
    auto written = write_atomically(configuration().out / "summary.json", to_json(summary).dump(2) + "\n");
    if (written) written = write_atomically(configuration().out / "summary.txt", to_text(summary) + last_line(summary));
    return written;
  }

  Programs programs_;
  SharedMapping shared_;
  Summary summary_;
  std::optional<ChildProcess> worker_, minimizer_;
  double worker_seconds_ = 0, minimizer_seconds_ = 0;
  std::array<double, Tally::most_machines> elsewhere_{};
  std::map<std::string, Bucket> buckets_;  // by the signature the worker gave
  std::deque<Pending> queue_;
  std::vector<std::pair<std::filesystem::path, std::string>> raw_cases_;  // of this session, with their signature
  std::set<std::string> minimized_pairs_;
  std::vector<Casualty> casualties_;            // each one
  std::map<std::string, u64> casualty_ways_;    // how often a machine ended so
  Pending current_;
  std::string minimized_line_;
  std::optional<Error> error_;
  Clock::time_point begin_ = Clock::now(), alive_ = begin_, wall_end_ = begin_, minimizer_began_ = begin_;
  u64 alive_runs_ = 0, restarts_ = 0;
  bool ending_ = false;
};

}  // namespace

Result<Summary> run_session(const Configuration& configuration, const Programs& programs,
                            const std::function<void(const Summary&)>& progress, const std::atomic<bool>& interrupted) {
  for (const std::filesystem::path& folder : {configuration.out, configuration.out / "raw", configuration.out / "findings", configuration.corpus}) {
    if (folder.empty()) continue;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail(ErrorKind::environment, fmt::format("{}: {}", folder.string(), error.message()));
    // What cannot be written is better known now than after hours.
    const std::filesystem::path probe = folder / fmt::format(".writable-{}", getpid());
    auto written = write_atomically(probe, "");
    std::filesystem::remove(probe, error);
    if (!written) return fail(ErrorKind::environment, fmt::format("{} is not a directory that can be written to: {}", folder.string(), written.error().message));
  }
  if (auto set_aside = set_aside_former_run(configuration.out); !set_aside) return std::unexpected(std::move(set_aside).error());
  Result<SharedMapping> shared = SharedMapping::create();
  if (!shared) return std::unexpected(std::move(shared).error());
  return Session(configuration, programs, std::move(*shared)).run(progress, interrupted);
}

}  // namespace diptych::fuzz
