// Packets nobody sane sends, to a server that debugs for real: no crash, no hang, and one answer to each that is
// well-formed. fuzz/ has more of them.
#include "tests/catch.hpp"
#include "tests/gdbstub/case_target.hpp"
#include "tests/gdbstub/hostile_packets.hpp"
#include "tests/gdbstub/sample_case.hpp"
#include "tests/gdbstub/victim.hpp"

#include <memory>
#include <random>

using namespace diptych;
using namespace diptych::gdb;

namespace {

struct Setting {
  std::unique_ptr<Target> target = *make_case_target(sample_case());
  Victim victim{*target};
};

}  // namespace

TEST_CASE("a hundred thousand mutated packets are each answered once") {
  std::mt19937_64 random(20240101);
  auto setting = std::make_unique<Setting>();
  std::size_t interrupted = 0, ended = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string packet = mutated_packet(random);
    INFO(packet);
    REQUIRE(setting->victim.send(packet).value_or("") == "");
    if (!setting->victim.ended() && i % 50 != 0) continue;
    ended += setting->victim.ended();
    interrupted += setting->victim.interrupted();
    setting = std::make_unique<Setting>();
  }
  // It reached what it is about.
  CHECK(ended > 100);
  CHECK(interrupted > 10);
}

TEST_CASE("a hundred thousand pieces of noise do no harm") {
  std::mt19937_64 random(7);
  auto setting = std::make_unique<Setting>();
  for (int i = 0; i < 100'000; ++i) {
    std::string noise;
    switch (random() % 4) {
      case 0:  // a packet with something of the frame broken
        rsp::append_packet(noise, mutated_packet(random));
        noise[random() % noise.size()] = static_cast<char>(random());
        break;
      case 1:
        rsp::append_packet(noise, mutated_packet(random));
        noise.resize(random() % noise.size());
        break;
      case 2:
        for (std::size_t n = random() % 64; n > 0; --n) noise += "$#+-\x03%}*0a"[random() % 11];
        break;
      default:
        for (std::size_t n = random() % 64; n > 0; --n) noise += static_cast<char>(random());
    }
    REQUIRE(setting->victim.send_noise(noise).value_or("") == "");
    if (setting->victim.ended()) setting = std::make_unique<Setting>();
  }
}
