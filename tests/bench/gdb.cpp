// diptych-bench-gdb: how fast gdb servers answer: ours, qemu's, and gdb's own for native programs.
#include "gdbstub/protocol/escape.hpp"
#include "tests/bench/command.hpp"
#include "tests/bench/elf_sections.hpp"
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
#include <iterator>
#include <vector>
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
  std::uint64_t place;           ///< where it comes to often
  std::string_view instruction;  ///< how long the one there is, as Z and z have it
  std::uint64_t memory;          ///< where it has much
};

// Behind the load of the loop above, and its memory.
const Guest case_guest = {0x1000a, "2", 0x100000};

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
  Session(GdbClient& client, const Guest& guest) : client_(client), place_(fmt::format("{:x},{}", guest.place, guest.instruction)) {
    // The largest piece that one packet carries. gdbserver writes runs of a character short.
    readable_ = std::min<std::size_t>((client_.packet_size() - 8) / 2, 65536);
    where_ = fmt::format("{:x},{:x}", guest.memory, readable_);
    const auto memory = rsp::expand_reply(client_.ask("m" + where_), std::size_t{1} << 20);
    // A program is led out of what it begins with.
    client_.ask("Z0," + place_);
    works_ = memory && memory->size() == 2 * readable_ && client_.ask("vCont;c").starts_with('T');
  }

  bool works() const { return works_; }

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
    client_.ask("z0," + place_);
    if (!client_.ask("vCont;s").starts_with('T')) return std::nullopt;
    client_.ask("Z0," + place_);
    if (!client_.ask("vCont;c").starts_with('T')) return std::nullopt;
    return 1e-3;
  }

  GdbClient& client_;
  std::string place_;
  std::string where_;
  std::size_t readable_ = 0;
  bool works_ = false;
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

// The function that the program calls all the time; nothing if the file is not what it was built as.
std::optional<std::uint64_t> function_called_often(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::vector<u8> bytes((std::istreambuf_iterator<char>(stream)), {});
  const auto sections = ElfSections::of(bytes);
  return sections ? sections->symbol("_ZN12_GLOBAL__N_13fibEm") : std::nullopt;
}

struct Served {
  std::string name;
  GdbServer server;
  std::unique_ptr<GdbClient> client;
  Session session;
  std::vector<Measure> measures;
};

Result<std::unique_ptr<Served>> serve(const Contender& contender) {
  auto server = GdbServer::start(contender.command, contender.port, contender.says);
  if (!server) return std::unexpected(server.error());
  auto client = GdbClient::connect(server->port());
  if (!client) return std::unexpected(client.error());
  GdbClient& asking = **client;
  auto served = std::make_unique<Served>(contender.name, std::move(*server), std::move(*client), Session(asking, contender.guest));
  if (!served->session.works()) return fail(ErrorKind::lost, "it does not come to its breakpoint");
  served->measures = served->session.measures();
  return served;
}

// How a client waits, and what it is called.
struct Way {
  Wait wait;
  std::string_view name, about;
};
constexpr Way ways[] = {{Wait::asleep, "asleep", "A client that sleeps until a reply wakes it, as gdb does"},
                        {Wait::awake, "awake", "A client that waits awake, so that it is the servers' time alone"}};

using Servers = std::vector<std::unique_ptr<Served>>;

// Prints a line of the table, and returns it for the JSON.
nlohmann::json measure_row(const Servers& servers, std::size_t row, unsigned rounds, double seconds) {
  std::vector<std::vector<double>> rates(servers.size());
  // Round by round, so that what disturbs the machine for a while disturbs all of them alike.
  for (unsigned round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < servers.size(); ++i)
      if (const auto measured = rate(servers[i]->measures[row], seconds)) rates[i].push_back(*measured);
  const Measure& measure = servers.front()->measures[row];
  nlohmann::json line = {{"name", measure.name}, {"unit", measure.unit}};
  fmt::print("{:<20} {:<5}", measure.name, measure.unit);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (rates[i].empty()) {
      fmt::print("  {:>11}", "-");
      continue;
    }
    fmt::print("  {:>11.1f}", median(rates[i]));
    line[servers[i]->name] = {{"median", median(rates[i])}, {"spread", spread(rates[i])}};
  }
  fmt::print("\n");
  return line;
}

int run(Command& command, int argc, char** argv) {
  unsigned rounds = 5;
  double seconds = 0.2;
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
  const auto guest_place = function_called_often(program + ".riscv64"), native_place = function_called_often(program + ".native");
  if (!guest_place || !native_place) return command.complain(fmt::format("{} has no function fib", program));
  const Guest riscv = {*guest_place, "2", *guest_place}, native = {*native_place, "1", *native_place};
  const std::string size = "1000000000";  // longer than anybody waits
  const int qemu_port = free_port();
  const std::vector<Contender> contenders = {
      {"diptych", {DIPTYCH_COMMAND, "gdb", "--listen", "127.0.0.1:0", program + ".riscv64", "--", size}, 0, "Listening on", riscv},
      {"with a case", {DIPTYCH_COMMAND, "gdb", "--listen", "127.0.0.1:0", case_file.string()}, 0, "Listening on", case_guest},
      {"qemu", {"qemu-riscv64", "-g", std::to_string(qemu_port), program + ".riscv64", size}, qemu_port, {}, riscv},
      {"gdbserver", {"gdbserver", "--once", "127.0.0.1:0", program + ".native", size}, 0, "Listening on port", native},
  };
  nlohmann::json host = describe_host();

  Servers there;
  for (const Contender& contender : contenders) {
    auto served = serve(contender);
    if (served)
      there.push_back(std::move(*served));
    else
      command.complain(fmt::format("{} is left out: {}", contender.name, served.error().message));
  }
  std::filesystem::remove(case_file);
  if (there.empty()) return command.complain("there is nothing to measure");

  nlohmann::json rows = nlohmann::json::array();
  for (const Way& way : ways) {
    fmt::print("{}:\n{:<20} {:<5}", way.about, "", "");
    for (const auto& served : there) {
      served->client->wait(way.wait);
      fmt::print("  {:>11}", served->name);
    }
    fmt::print("\n");
    for (std::size_t row = 0; row < there.front()->measures.size(); ++row) {
      rows.push_back(measure_row(there, row, rounds, seconds));
      rows.back()["client"] = way.name;
    }
    fmt::print("\n");
  }
  fmt::print("Medians of {} rounds.\n", rounds);
  return command.write({{"rounds", rounds}, {"seconds", seconds}, {"rates", rows}, {"host", host}});
}

}  // namespace
}  // namespace diptych::bench

int main(int argc, char** argv) {
  return diptych::bench::Command("diptych-bench-gdb", "how fast gdb servers answer").run(argc, argv, diptych::bench::run);
}
