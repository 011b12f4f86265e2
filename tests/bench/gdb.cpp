// diptych-bench-gdb: how fast gdb servers answer: ours, qemu's, and gdb's own for native programs.
#include "gdbstub/protocol/escape.hpp"
#include "tests/bench/command.hpp"
#include "tests/bench/gdb_client.hpp"
#include "tests/bench/host.hpp"
#include "tests/bench/summary.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <unistd.h>

namespace diptych::bench {
namespace {

using Clock = std::chrono::steady_clock;

// A case that goes round a loop for longer than anybody measures, beside a mebibyte of memory.
constexpr std::string_view loop_case =
    "case 1\n"
    "guest riscv64\n"
    "why   something to debug\n"
    "\n"
    "code 0x10000\n"
    "  1602        slli a2, a2, 32\n"
    "  952e        add a0, a0, a1\n"
    "  e008        sd a0, 0(s0)\n"
    "  600c        ld a1, 0(s0)\n"
    "  0585        addi a1, a1, 1\n"
    "  167d        addi a2, a2, -1\n"
    "  fa65        bnez a2, -16\n"
    "memory 0x100000 size 0x100000 rw\n"
    "registers\n"
    "  s0  0x0000000000100000\n"
    "  a2  0x00000000ffffffff\n"
    "budget 100\n";

struct Guest {
  std::size_t pc;              ///< how many bytes of `g` stand before the PC
  std::string breakpoint_end;  ///< what follows the address in Z and z
  bool interruptible = true;   ///< qemu does not hear of an interrupt while a program computes
};
const Guest riscv = {32 * 8, ",2"};
const Guest deaf_riscv = {32 * 8, ",2", false};
const Guest x86 = {16 * 8, ",1"};

struct Contender {
  std::string name;
  std::vector<std::string> command;
  int port = 0;
  std::string says;
  Guest guest;
};

struct Measure {
  std::string name;
  std::string unit;
  // How much one call did, in the unit; nothing where the server cannot.
  std::function<std::optional<double>()> once;
};

// Where a debugger is with this server: a place the guest comes to often, and memory to read.
class Session {
 public:
  Session(GdbClient& client, const Guest& guest) : client_(client), guest_(guest) {
    // Past what a program begins with.
    if (guest_.interruptible) client_.run_for(std::chrono::milliseconds(200));
    std::map<std::string, int> seen;
    for (int i = 0; i < 1000; ++i) {
      client_.ask("vCont;s");
      ++seen[pc()];
    }
    const auto most = std::ranges::max_element(seen, {}, [](const auto& place) { return place.second; });
    if (most != seen.end()) often_ = most->first;
    // The largest piece that one packet carries, near where the guest is.
    const std::uint64_t base = std::strtoull(often_.c_str(), nullptr, 16) & ~std::uint64_t{0xfff};
    readable_ = std::min<std::size_t>((client_.packet_size() - 8) / 2, 65536);
    for (const std::uint64_t address : {std::uint64_t{0x100000}, base}) {
      where_ = fmt::format("{:x},{:x}", address, readable_);
      if (written_out("m" + where_).size() == 2 * readable_) return;
    }
  }

  std::vector<Measure> measures() {
    return {
        {"empty round trip", "k/s", [this] { return asked("qAttached"); }},
        {"registers (g)", "k/s", [this] { return asked("g"); }},
        {"memory (m)", "MB/s", [this] { return read('m'); }},
        {"memory (x)", "MB/s", [this] { return read('x'); }},
        {"step", "k/s", [this] { return stepped(); }},
        {"break and continue", "k/s", [this] { return broke(); }},
    };
  }

 private:
  // The PC as a number, most significant digit first.
  std::string pc() {
    const std::string all = written_out("g");
    std::string number;
    if (all.size() >= 2 * guest_.pc + 16)
      for (std::size_t i = 8; i > 0; --i) number += all.substr(2 * (guest_.pc + i - 1), 2);
    return number;
  }

  // gdbserver writes runs of a character short.
  std::string written_out(std::string_view packet) {
    return rsp::expand_reply(client_.ask(packet), std::size_t{1} << 20).value_or("");
  }

  std::optional<double> asked(std::string_view packet) {
    if (client_.ask(packet).empty()) return std::nullopt;
    return 1e-3;
  }
  std::optional<double> read(char packet) {
    const std::string& reply = client_.ask(packet + where_);
    if (reply.empty() || reply.starts_with('E')) return std::nullopt;
    return static_cast<double>(readable_) * 1e-6;
  }
  std::optional<double> stepped() {
    if (!client_.ask("vCont;s").starts_with('T')) return std::nullopt;
    return 1e-3;
  }
  std::optional<double> broke() {
    client_.ask("z0," + often_ + guest_.breakpoint_end);
    if (!client_.ask("vCont;s").starts_with('T')) return std::nullopt;
    client_.ask("Z0," + often_ + guest_.breakpoint_end);
    if (!client_.ask("vCont;c").starts_with('T')) return std::nullopt;
    return 1e-3;
  }

  GdbClient& client_;
  const Guest& guest_;
  std::string often_;
  std::string where_;
  std::size_t readable_ = 0;
};

// How much a second.
std::optional<double> rate(const Measure& measure, double seconds) {
  const auto begin = Clock::now();
  double done = 0;
  for (;;) {
    for (int i = 0; i < 8; ++i) {
      const auto more = measure.once();
      if (!more) return std::nullopt;
      done += *more;
    }
    const double spent = std::chrono::duration<double>(Clock::now() - begin).count();
    if (spent >= seconds) return done / spent;
  }
}

int run(Command& command, int argc, char** argv) {
  unsigned rounds = 5;
  double seconds = 0.3;
  options::options_description described("Options");
  described.add_options()
      ("rounds", options::value(&rounds)->default_value(rounds), "how often each is measured")
      ("seconds", options::value(&seconds)->default_value(seconds), "how long at a time");
  if (const auto exit = command.parse(argc, argv, described)) return *exit;
  if (rounds == 0 || !(seconds > 0)) return command.complain("rounds and seconds must be more than 0");

  const std::filesystem::path case_file =
      std::filesystem::temp_directory_path() / fmt::format("diptych-bench-{}.case", getpid());
  if (!(std::ofstream(case_file) << loop_case)) return command.complain(fmt::format("{} cannot be written", case_file.string()));
  const std::string program = DIPTYCH_BENCH_PROGRAMS "/fib";
  const std::string size = "1000000000";  // longer than anybody waits
  const int qemu_port = free_port();
  const std::vector<Contender> contenders = {
      {"diptych", {DIPTYCH_COMMAND, "gdb", case_file.string(), "--listen", "127.0.0.1:0"}, 0, "Listening on", riscv},
      {"qemu", {"qemu-riscv64", "-g", std::to_string(qemu_port), program + ".riscv64", size}, qemu_port, {}, deaf_riscv},
      {"gdbserver", {"gdbserver", "--once", "127.0.0.1:0", program + ".native", size}, 0, "Listening on port", x86},
  };
  nlohmann::json host = describe_host();

  std::vector<GdbServer> servers;
  std::vector<std::unique_ptr<GdbClient>> clients;
  std::vector<Session> sessions;
  std::vector<const Contender*> there;
  servers.reserve(contenders.size());
  for (const Contender& contender : contenders) {
    auto server = GdbServer::start(contender.command, contender.port, contender.says);
    if (!server) {
      command.complain(fmt::format("{} is left out: {}", contender.name, server.error().message));
      continue;
    }
    auto client = GdbClient::connect(server->port());
    if (!client) {
      command.complain(fmt::format("{} is left out: {}", contender.name, client.error().message));
      continue;
    }
    servers.push_back(std::move(*server));
    clients.push_back(std::move(*client));
    sessions.emplace_back(*clients.back(), contender.guest);
    there.push_back(&contender);
  }
  std::filesystem::remove(case_file);
  if (there.empty()) return command.complain("there is nothing to measure");

  std::vector<std::vector<Measure>> measures;
  for (Session& session : sessions) measures.push_back(session.measures());
  nlohmann::json rows = nlohmann::json::array();
  fmt::print("{:<20} {:<5}", "", "");
  for (const Contender* contender : there) fmt::print("  {:>10}", contender->name);
  fmt::print("\n");
  for (std::size_t row = 0; row < measures.front().size(); ++row) {
    std::vector<std::vector<double>> rates(there.size());
    // Round by round, so that what disturbs the machine for a while disturbs all of them alike.
    for (unsigned round = 0; round < rounds; ++round)
      for (std::size_t i = 0; i < there.size(); ++i)
        if (const auto measured = rate(measures[i][row], seconds)) rates[i].push_back(*measured);
    const Measure& measure = measures.front()[row];
    nlohmann::json line = {{"name", measure.name}, {"unit", measure.unit}};
    fmt::print("{:<20} {:<5}", measure.name, measure.unit);
    for (std::size_t i = 0; i < there.size(); ++i) {
      if (rates[i].empty()) {
        fmt::print("  {:>10}", "-");
        continue;
      }
      fmt::print("  {:>10.1f}", median(rates[i]));
      line[there[i]->name] = {{"median", median(rates[i])}, {"spread", spread(rates[i])}};
    }
    fmt::print("\n");
    rows.push_back(std::move(line));
  }
  fmt::print("Medians of {} rounds. diptych serves a case, qemu and gdbserver a program.\n", rounds);
  return command.write({{"rounds", rounds}, {"seconds", seconds}, {"rates", rows}, {"host", host}});
}

}  // namespace
}  // namespace diptych::bench

int main(int argc, char** argv) {
  return diptych::bench::Command("diptych-bench-gdb", "how fast gdb servers answer").run(argc, argv, diptych::bench::run);
}
