// So many packets that nobody sane sends, each to be answered once or refused: the count and the seed are the
// arguments. The same seed sends the same packets.
#include "tests/gdbstub/fuzz/instant_target.hpp"
#include "tests/gdbstub/hostile_packets.hpp"
#include "tests/gdbstub/victim.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>

using namespace diptych;
using namespace diptych::gdb;

namespace {

struct Setting {
  ScriptedTarget target{fuzzed_memory};
  Victim victim{target};
  Setting() { furnish(target); }
};

std::string noise(std::mt19937_64& random) {
  std::string bytes;
  rsp::append_packet(bytes, mutated_packet(random));
  switch (random() % 4) {
    case 0:  // something of the frame broken
      bytes[random() % bytes.size()] = static_cast<char>(random());
      break;
    case 1:  // half of it
      bytes.resize(random() % bytes.size());
      break;
    case 2:  // too long by far
      bytes.insert(1, 2 * packet_size, '0');
      break;
    default:
      for (char& c : bytes) c = "$#+-\x03%}*0a"[random() % 11];
  }
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  const unsigned long long packets = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 10'000'000;
  std::mt19937_64 random(count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1);
  const auto begin = std::chrono::steady_clock::now();
  auto setting = std::make_unique<Setting>();
  unsigned long long sessions = 1, interrupted = 0;
  for (unsigned long long i = 0; i < packets; ++i) {
    while (random() % 2 == 0) setting->target.script.push_back(halt_of(static_cast<u8>(random())));
    const std::string packet = mutated_packet(random);
    if (const auto wrong = setting->victim.send(packet)) {
      std::fprintf(stderr, "packet %llu: %s: %s\n", i, wrong->c_str(), packet.c_str());
      return 1;
    }
    const bool over = setting->victim.ended() || random() % 200 == 0;
    // A session ends with noise, after which nobody can say what answers what.
    if (!over) continue;
    for (int pieces = 0; pieces < 2; ++pieces)
      if (const auto wrong = setting->victim.send_noise(noise(random))) {
        std::fprintf(stderr, "after packet %llu, of noise: %s\n", i, wrong->c_str());
        return 1;
      }
    ++sessions;
    interrupted += setting->victim.interrupted();
    setting = std::make_unique<Setting>();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%llu packets in %llu sessions in %.1f s, each answered once or refused; %llu interrupts\n", packets,
              sessions, seconds, interrupted);
  return 0;
}
