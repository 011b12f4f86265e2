// fuzz: what it promises of its runs, its summary, and how it ends.
#include "corpus/files.hpp"
#include "tests/cli/command.hpp"

#include <nlohmann/json.hpp>

using namespace diptych;
using namespace diptych::cli_test;
using Json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

// The child of a running session that is its worker, once there is one and it has begun its machines.
pid_t worker_of(const Running& session) {
  pid_t worker = 0;
  within(20s, [&] {
    for (pid_t child : children_of(session.pid()))
      if (name_of_process(child).starts_with("diptych-fuzz-wo") && !children_of(child).empty()) worker = child;
    return worker != 0;
  });
  return worker;
}

void require_cases_whole(const std::string& folder) {
  if (!fs::exists(folder)) return;
  const auto cases = list_cases(folder);
  REQUIRE(cases.has_value());
  for (const fs::path& path : *cases) {
    const auto some = read_case(path);
    INFO(path.string() << (some ? "" : some.error().message));
    CHECK(some.has_value());
  }
}

}  // namespace

TEST_CASE("a session ends with nothing unexplained, and is the same again") {
  const Folder folder;
  std::vector<Json> summaries;
  for (const char* out : {"first", "second"}) {
    const Ended ended = run({"fuzz", "--runs", "20000", "--seed", "7", "--json", "--out", folder / out});
    INFO(ended.out << ended.err);
    REQUIRE(ended.exit == 0);
    summaries.push_back(Json::parse(ended.out));
  }
  const Json& s = summaries[0];
  INFO(s.dump(1));
  for (const char* key : {"runs", "executions", "seconds", "oracle_share", "compared_share", "cpu_seconds", "blocks", "reruns"})
    CHECK(s.at(key).is_number());
  CHECK(s.at("unexplained") == 0);
  CHECK(s.at("interrupted") == false);
  CHECK(s.at("findings").empty());
  CHECK(s.at("casualties").empty());
  CHECK(s.at("quirks").is_object());
  CHECK(s.at("unused_quirks").is_array());
  CHECK(s.at("rows").at("never_executed").is_array());
  // Whole blocks are run, so it may be a block's inputs more, never fewer.
  CHECK(s.at("runs") >= 20000);
  CHECK(s.at("runs") < 20000 + 32);
  CHECK(s.at("executions") > s.at("runs"));
  CHECK(s.at("compared_share") > 0.9);
  CHECK(s.at("oracle_share") > 0.2);
  CHECK(s.at("compared_share").get<double>() == Approx(summaries[1].at("compared_share").get<double>()).margin(1e-4));
  // A reference's counters are the host's clock, so now and then what is left open agrees by chance.
  std::vector<Json> same = summaries;
  for (Json& summary : same)
    for (Json& machine : summary.at("machines")) machine.erase("open");
  for (const char* key : {"runs", "executions", "blocks", "quirks", "reruns", "rows", "machines"}) {
    INFO(key);
    CHECK(same[0].at(key) == same[1].at(key));
  }
  CHECK(Json::parse(slurp(folder / "first/summary.json")) == s);
  CHECK_FALSE(slurp(folder / "first/summary.txt").empty());
}

TEST_CASE("every stage has every case, and the cost of each machine is told") {
  const Folder folder;
  std::vector<std::string> stages;
  for (const Json& machine : Json::parse(run({"machines", "--json"}).out))
    if (machine.at("role") == "stage") stages.push_back(machine.at("name"));
  REQUIRE(stages.size() >= 2);
  for (const char* mix : {"all", "mixed", "self-modifying", "faulting", "values", "long", "reserved", "budgets"}) {
    const Ended ended = run({"fuzz", "--subject", "all", "--oracle", "all", "--mix", mix, "--runs", "3200", "--json", "--out", folder / mix});
    INFO(ended.out << ended.err);
    REQUIRE(ended.exit == 0);
    const Json s = Json::parse(ended.out);
    std::string names;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const Json& machine = s.at("machines").at(stages[i]);
      names += (i ? "," : "") + stages[i];
      CHECK(machine.at("role") == "subject");
      CHECK(machine.at("place") == i);
      CHECK(machine.at("compared") == s.at("runs"));
    }
    CHECK(s.at("subject") == names);
    CHECK(s.at("oracle") == "unicorn,qemu");
    CHECK(s.at("machines").at("qemu").at("role") == "oracle");
    double inside = 0;
    for (const char* reference : {"unicorn", "qemu"}) inside += s.at("machine_seconds").at(reference).get<double>();
    CHECK(s.at("inside_seconds").get<double>() == Approx(inside));
    CHECK(s.at("cpu_seconds").get<double>() == Approx(inside + s.at("outside_seconds").get<double>()));
    CHECK(s.at("outside_ratio").get<double>() == Approx(s.at("outside_seconds").get<double>() / inside));
  }
}

TEST_CASE("another seed is another session") {
  const Folder folder;
  std::vector<Json> quirks;
  for (const char* seed : {"1", "2"})
    quirks.push_back(Json::parse(run({"fuzz", "--runs", "5000", "--seed", seed, "--json", "--out", folder / seed}).out).at("quirks"));
  CHECK(quirks[0] != quirks[1]);
}

TEST_CASE("an interrupt still gives a summary") {
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    const Folder folder;
    Running session({"fuzz", "--seconds", "60", "--json", "--out", folder / "out"});
    REQUIRE(worker_of(session));
    std::this_thread::sleep_for(500ms);
    session.signal(number);
    const Ended ended = session.wait(20s);
    INFO(ended.err);
    REQUIRE((ended.exit == 0 || ended.exit == 1));
    const Json s = Json::parse(ended.out);
    CHECK(s.at("interrupted") == true);
    CHECK(s.at("runs") > 0);
    CHECK(ended.exit == (s.at("findings").empty() ? 0 : 1));
  }
}

TEST_CASE("a session that is killed leaves no process behind") {
  const Folder folder;
  Running session({"fuzz", "--seconds", "60", "--json", "--out", folder / "out"});
  REQUIRE(worker_of(session));
  std::this_thread::sleep_for(500ms);
  const std::vector<pid_t> started = descendants_of(session.pid());
  REQUIRE(started.size() >= 2);  // the worker, and the agent under qemu
  session.signal(SIGKILL);
  CHECK(session.wait().exit == -1);
  for (pid_t pid : started) {
    INFO(pid << " " << name_of_process(pid));
    CHECK(within(10s, [&] { return !runs(pid); }));
  }
  require_cases_whole(folder / "out/raw");
  require_cases_whole(folder / "out/findings");
}

TEST_CASE("a worker that is killed is a casualty, and the session goes on") {
  const Folder folder;
  Running session({"fuzz", "--runs", "200000", "--json", "--out", folder / "out"});
  const pid_t worker = worker_of(session);
  REQUIRE(worker);
  std::this_thread::sleep_for(500ms);
  REQUIRE(::kill(worker, SIGKILL) == 0);
  const Ended ended = session.wait();
  INFO(ended.out << ended.err);
  const Json s = Json::parse(ended.out);
  CHECK(s.at("runs") >= 200000);
  CHECK(s.at("interrupted") == false);
  REQUIRE(s.at("casualties").size() == 1);
  const Json& casualty = s.at("casualties")[0];
  // That a machine under test ends the process is as bad as a difference; of a reference it is nothing new.
  CHECK(ended.exit == (s.at("machines").at(casualty.at("machine")).at("role") == "subject" ? 1 : 0));
  CHECK(casualty.at("how") == "ended the worker by signal 9");
  REQUIRE(read_case(casualty.at("case").get<std::string>()).has_value());
}

TEST_CASE("a corpus with a broken case is refused and left alone") {
  const Folder folder;
  const std::string text = "case 1\nguest riscv64\ncode 0x10000\n  xyz\n";
  folder.put("corpus/broken.case", text);
  require_refused({"fuzz", "--runs", "1000", "--corpus", folder / "corpus", "--out", folder / "out"}, "broken.case:4");
  CHECK(slurp(folder / "corpus/broken.case") == text);
  CHECK(std::distance(fs::directory_iterator(folder / "corpus"), {}) == 1);
}

TEST_CASE("empty and binary files of a corpus are passed over") {
  const Folder folder;
  std::string junk;
  for (int i = 0; i < 3000; ++i) junk += char(i * 151 + i / 7);
  folder.put("corpus/auipc.case", slurp(edge_cases / "auipc.case"));
  folder.put("corpus/empty.case", "");
  folder.put("corpus/binary.case", junk);
  folder.put("corpus/empty", "");
  folder.put("corpus/binary", junk);
  const Ended ended = run({"fuzz", "--runs", "1000", "--json", "--corpus", folder / "corpus", "--out", folder / "out"});
  CHECK(ended.exit == 0);
  CHECK(ended.err.find("2 of the 3 case files in " + (folder / "corpus") + " are empty or binary and are passed over\n") != std::string::npos);
  CHECK(slurp(folder / "corpus/binary.case") == junk);
}

TEST_CASE("what reached something new is in the corpus as whole files, and replays as it is") {
  const Folder folder;
  const std::string corpus = folder / "corpus";
  const Ended ended = run({"fuzz", "--runs", "1000", "--oracle", "unicorn", "--json", "--corpus", corpus, "--out", folder / "out"});
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  CHECK_FALSE(Json::parse(ended.out).contains("corpus_error"));
  CHECK_FALSE(fs::exists(folder / "out/pending-corpus"));
  std::vector<std::string> units;
  for (const auto& entry : fs::directory_iterator(corpus)) units.push_back(entry.path().string());
  REQUIRE(units.size() > 5);
  std::ranges::sort(units);
  const Ended one = run({"replay", units.front(), "--subject", "interp,ir", "--oracle", "unicorn", "--json"});
  INFO(one.out << one.err);
  CHECK(one.exit == 0);
  const Json inputs = Json::parse(one.out);
  REQUIRE(inputs.size() == 32);
  CHECK(inputs[31].at("case") == units.front() + " (input 31)");
  const Ended all = run({"replay", corpus, "--subject", "interp", "--oracle", "unicorn"});
  CHECK(all.exit == 0);
  CHECK(all.out == std::to_string(32 * units.size()) + " cases, all agree\n");
}

TEST_CASE("a corpus that can be written no more is told once") {
  const Folder folder;
  Running session({"fuzz", "--runs", "60000", "--oracle", "unicorn", "--json", "--corpus", folder / "corpus", "--out", folder / "out"});
  // As soon as the first unit is there; others follow all the time.
  REQUIRE(within(20s, [&] {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder / "corpus", ignored))
      if (!entry.path().filename().string().starts_with('.')) return true;
    return false;
  }));
  // In one step: the worker writes there meanwhile.
  fs::rename(folder / "corpus", folder / "gone");
  const Ended ended = session.wait();
  INFO(ended.out << ended.err);
  const Json s = Json::parse(ended.out);
  CHECK(s.at("findings").empty());
  CHECK(s.at("corpus_error").get<std::string>().find("cannot write " + (folder / "corpus/")) != std::string::npos);
  CHECK(ended.exit == 2);
  const std::string text = slurp(folder / "out/summary.txt");
  CHECK(text.find("corpus incomplete: cannot write") == text.rfind("corpus incomplete:"));
}

TEST_CASE("cases of a corpus are left as they are") {
  const Folder folder;
  const std::string text = slurp(edge_cases / "auipc.case");
  folder.put("corpus/auipc.case", text);
  const Ended ended = run({"fuzz", "--runs", "1000", "--json", "--corpus", folder / "corpus", "--out", folder / "out"});
  INFO(ended.err);
  CHECK(ended.exit == 0);
  CHECK(slurp(folder / "corpus/auipc.case") == text);
}

TEST_CASE("a directory that cannot be written to is refused") {
  const Folder folder;
  folder.put("file", "");
  require_refused({"fuzz", "--runs", "1000", "--out", folder / "file"});
  require_refused({"fuzz", "--runs", "1000", "--out", "/proc/nowhere"}, "/proc/nowhere");
  require_refused({"fuzz", "--runs", "1000", "--out", folder / "out", "--corpus", folder / "file"});
  require_refused({"fuzz", "--runs", "1000", "--out", folder / "out", "--corpus", "/proc/tty"}, "/proc/tty is not a directory that can be written to");
}
