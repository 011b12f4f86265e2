// The fuzzing worker: libFuzzer, the instrumented engine and the references, in a process of their own.
// Whatever ends it, an abort of a reference or libFuzzer's own exit, its parent goes on.
//
//   diptych-fuzz-worker CONFIGURATION SHARED-DESCRIPTOR REPORT-DESCRIPTOR
//
// The configuration is JSON; the shared descriptor holds a Shared; findings are reported as lines of
// JSON, each after its case has reached the disk.

#include "engine/guest/riscv64/trace.hpp"
#include "fuzz/generate/bytes.hpp"
#include "fuzz/generate/generate.hpp"
#include "fuzz/generate/mutate.hpp"
#include "fuzz/generate/shared_extensions.hpp"
#include "fuzz/session/configuration.hpp"
#include "fuzz/session/raw_finding.hpp"
#include "fuzz/session/shared.hpp"
#include "fuzz/worker/corpus_writer.hpp"
#include "fuzz/worker/features.hpp"
#include "oracle/comparison/panel.hpp"
#include "oracle/machines.hpp"
#include "oracle/quirks/quirk.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <x86intrin.h>

#include <csignal>
#include <ctime>
#include <limits>
#include <malloc.h>
#include <map>
#include <optional>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

extern "C" int LLVMFuzzerRunDriver(int* argc, char*** argv, int (*target)(const std::uint8_t*, std::size_t));

namespace diptych::fuzz {
namespace {

// Raw cases kept of one signature before its parent has judged them; more tell nothing new.
constexpr u64 raw_cases_kept = 3;

double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

class Worker {
 public:
  Worker(Configuration configuration, SharedMapping shared, int report, Panel panel, Extensions extensions)
      : configuration_(std::move(configuration)),
        shared_(std::move(shared)),
        report_(report),
        panel_(std::move(panel)),
        generator_(configuration_.guest, std::move(extensions)) {
    panel_.watch(&shared_->running, &shared_->running_input);
    options_.mix = mix_named(configuration_.mix).value_or(Mix::all);
  }

  void write_corpus(CorpusWriter writer) { corpus_ = std::move(writer); }

  int execute(std::span<const u8> data) {
    // What libFuzzer wrote after the block before this one is whole.
    if (corpus_)
      if (auto moved = corpus_->move_files(); !moved) report(nlohmann::json{{"corpus_error", moved.error().message}});
    if (!decode(data, block_)) return -1;
    remember(data);
    // The last block has as many inputs as runs are left.
    const u64 done = shared_->tally.runs - runs_before_;
    const u64 left = configuration_.runs == 0 ? inputs_per_block : configuration_.runs - done;
    inputs_of(block_, std::min<u64>(inputs_per_block, left), inputs_);
    tracer_.trace(block_.program, inputs_.front(), block_.budget, trace_);
    note_features(inputs_, trace_);
    const u64 compared_before = compared_so_far();
    auto ran = panel_.run(block_.program, inputs_, block_.budget, [this](Finding finding) { keep(std::move(finding)); });
    if (!ran) report(nlohmann::json{{"error", ran.error().message}});
    note_rows(compared_so_far() != compared_before);
    const u64 now = __rdtsc();
    shared_->worker_ticks += now - last_ticks_;
    last_ticks_ = now;
    shared_->blocks.fetch_add(1, std::memory_order_relaxed);
    if ((++blocks_ & 63) == 0) note_times();
    const u64 runs = shared_->tally.runs - runs_before_;
    if ((configuration_.runs != 0 && runs >= configuration_.runs) || shared_->stop.load(std::memory_order_relaxed)) {
      note_times();
      shared_->current_size.store(0);
      _exit(0);
    }
    return 0;
  }

  std::size_t mutate_bytes(u8* data, std::size_t size, std::size_t capacity, unsigned seed) {
    Random random(seed ^ (configuration_.seed * 0x9e3779b97f4a7c15));
    // Half of the blocks are new: the table is wide, and its rows should come up evenly.
    if (size < 8 || random.chance(1, 2) || !decode({data, size}, scratch_))
      generator_.generate(random, options_, scratch_);
    else
      mutate(scratch_, random, generator_);
    return store(scratch_, data, capacity);
  }

  std::size_t cross_bytes(std::span<const u8> a, std::span<const u8> b, u8* out, std::size_t capacity, unsigned seed) {
    Random random(seed);
    if (!decode(a, scratch_)) return 0;
    if (!decode(b, other_)) return 0;
    cross(scratch_, other_, random, generator_.extensions(), crossed_);
    return store(crossed_, out, capacity);
  }

 private:
  static std::size_t store(const Block& block, u8* out, std::size_t capacity) { return encode(block, {out, capacity}); }

  void note_times() {
    shared_->worker_seconds = process_seconds();
    panel_.note_times();
  }

  void remember(std::span<const u8> data) {
    const std::size_t size = std::min(data.size(), Shared::block_size);
    std::copy_n(data.begin(), size, shared_->current.begin());
    shared_->current_size.store(u32(size), std::memory_order_release);
  }

  u64 compared_so_far() const {
    u64 compared = 0;
    for (std::size_t i = 1; i < panel_.size(); ++i) compared += shared_->tally.machines[i].compared;
    return compared;
  }
  void note_rows(bool compared) {
    for (const riscv64::Traced& step : trace_)
      if (step.decoded.row) {
        const std::size_t row = riscv64::index_of(*step.decoded.row);
        ++shared_->tally.rows_executed[row];
        shared_->tally.rows_compared[row] += compared;
      }
  }

  void keep(Finding finding) {
    const u64 number = ++kept_[file_stem(finding)];
    nlohmann::json line{{"instruction", finding.signature.instruction},
                        {"kind", std::string(name_of(finding.signature.kind))},
                        {"stage", finding.signature.stage},
                        {"signature", finding.signature.text()},
                        {"subject", finding.subject},
                        {"reference", finding.reference},
                        {"replays", finding.replays},
                        {"count", finding.count}};
    if (number <= raw_cases_kept) {
      auto path = write_raw(configuration_.out, finding, u64(getpid()) * 1000 + number);
      if (path) line["raw"] = path->string();
      else line["error"] = path.error().message;
    }
    report(line);
  }

  void report(const nlohmann::json& line) {
    const std::string text = line.dump() + "\n";
    std::size_t at = 0;
    while (at < text.size()) {
      const ssize_t wrote = write(report_, text.data() + at, text.size() - at);
      if (wrote <= 0) return;  // the parent is gone: the case is on disk, and that is what counts
      at += std::size_t(wrote);
    }
  }

  Configuration configuration_;
  SharedMapping shared_;
  int report_;
  Panel panel_;
  std::optional<CorpusWriter> corpus_;
  Generator generator_;
  Options options_;
  riscv64::Tracer tracer_;
  std::vector<riscv64::Traced> trace_;
  std::vector<Input> inputs_;
  Block block_, scratch_, other_, crossed_;
  std::map<std::string, u64> kept_;
  u64 blocks_ = 0;
  u64 last_ticks_ = __rdtsc();
  u64 runs_before_ = shared_->tally.runs;
};

Worker* worker = nullptr;

int fail_with(const std::string& message) {
  fmt::print(stderr, "{}\n", message);
  return 2;
}

int run(int argc, char** argv) {
  if (argc != 4) return fail_with("diptych-fuzz-worker is started by diptych fuzz");
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What one block gives back the next one wants again: nothing is worth a walk to the kernel and back.
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TOP_PAD, 4 << 20);
  // The parent decides when to end; an interrupt from the terminal reaches it too.
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  Result<Configuration> configuration = configuration_from_json(argv[1]);
  if (!configuration) return fail_with(configuration.error().message);
  Result<SharedMapping> shared = SharedMapping::open(std::atoi(argv[2]));
  if (!shared) return fail_with(shared.error().message);
  if (auto used = use_quirks(configuration->quirks); !used) return fail_with(used.error().message);
  auto subjects = make_machines(configuration->subjects, configuration->guest);
  if (!subjects) return fail_with(subjects.error().message);
  auto oracles = make_machines(configuration->oracles, configuration->guest);
  if (!oracles) return fail_with(oracles.error().message);
  Tally& tally = (*shared)->tally;
  Extensions extensions = shared_extensions(*subjects, *oracles, configuration->guest);
  Panel panel(configuration->guest, std::move(*subjects), std::move(*oracles), tally);
  const u64 seed = configuration->seed;
  const std::filesystem::path corpus = configuration->corpus, pending = configuration->out / pending_corpus;
  worker = new Worker(std::move(*configuration), std::move(*shared), std::atoi(argv[3]), std::move(panel), std::move(extensions));
  if (!corpus.empty()) {
    auto writer = CorpusWriter::create(pending, corpus);
    if (!writer) return fail_with(writer.error().message);
    worker->write_corpus(std::move(*writer));
  }

  // libFuzzer's seed is 32 bits wide and 0 means "by the clock".
  std::vector<std::string> arguments = {argv[0],           fmt::format("-seed={}", u32(seed * 2654435761u) | 1u),
                                        "-max_len=65536",  "-len_control=0",
                                        "-timeout=0",      "-rss_limit_mb=0",
                                        "-handle_abrt=0",  "-handle_segv=0",
                                        "-handle_bus=0",   "-handle_ill=0",
                                        "-handle_fpe=0",   "-handle_int=0",
                                        "-handle_term=0",  "-handle_xfsz=0",
                                        "-handle_usr1=0",  "-handle_usr2=0",
                                        "-verbosity=0",    "-detect_leaks=0",
                                        "-reload=0",       "-print_funcs=0",
                                        // It would write slow blocks to the current directory.
                                        "-report_slow_units=2147483647",
                                        // Its entropy costs more than all machines together here.
                                        "-entropic=0"};
  // It writes to the first folder, and only reads the others.
  if (!corpus.empty()) arguments.insert(arguments.end(), {pending.string(), corpus.string()});
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = int(pointers.size());
  char** vector = pointers.data();
  return LLVMFuzzerRunDriver(&count, &vector, [](const std::uint8_t* data, std::size_t size) {
    return worker->execute({data, size});
  });
}

}  // namespace
}  // namespace diptych::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t capacity, unsigned seed) {
  return diptych::fuzz::worker->mutate_bytes(data, size, capacity, seed);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                                                 std::size_t b_size, std::uint8_t* out, std::size_t capacity,
                                                 unsigned seed) {
  return diptych::fuzz::worker->cross_bytes({a, a_size}, {b, b_size}, out, capacity, seed);
}

int main(int argc, char** argv) { return diptych::fuzz::run(argc, argv); }
