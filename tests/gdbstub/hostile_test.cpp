// Packets nobody sane sends: no crash, no hang, and one answer to each that is well-formed.
#include "gdbstub/case_target.hpp"
#include "gdbstub/link.hpp"
#include "tests/catch.hpp"
#include "tests/gdbstub/sample_case.hpp"

#include <random>

using namespace diptych;
using namespace diptych::gdb;

namespace {

constexpr std::string_view sane[] = {"?",
                                     "!",
                                     "g",
                                     "p8",
                                     "p20",
                                     "P8=0000020000000000",
                                     "m10000,10",
                                     "m20000,40",
                                     "M20000,4:01020304",
                                     "X20010,4:abcd",
                                     "c",
                                     "c10000",
                                     "s",
                                     "s10004",
                                     "C05",
                                     "C0b;10000",
                                     "S02",
                                     "vCont?",
                                     "vCont;c",
                                     "vCont;s:p1.1;c",
                                     "vCont;r10000,1000a:1",
                                     "vCont;C0b:1",
                                     "Z0,10008,2",
                                     "z0,10008,2",
                                     "Z1,1000a,4",
                                     "Z2,20000,8",
                                     "Hg0",
                                     "Hcp1.-1",
                                     "T1",
                                     "D",
                                     "D;1",
                                     "k",
                                     "R00",
                                     "vKill;1",
                                     "vRun;;",
                                     "qC",
                                     "qfThreadInfo",
                                     "qsThreadInfo",
                                     "qThreadExtraInfo,p1.1",
                                     "qAttached:1",
                                     "qOffsets",
                                     "qSymbol::",
                                     "qSupported:multiprocess+;swbreak+;hwbreak+",
                                     "qXfer:features:read:target.xml:0,1000",
                                     "qRcmd,68656c70",
                                     "qCRC:20000,2000",
                                     "qSearch:memory:20000;2000;ptych",
                                     "QStartNoAckMode",
                                     "vMustReplyEmpty",
                                     "vFile:open:2f,0,0"};

constexpr std::string_view nasty[] = {"-1",
                                      "ffffffffffffffff",
                                      "7fffffff",
                                      "80000000",
                                      "fffffffffffffffffffffff",
                                      ",",
                                      ";",
                                      ":",
                                      "=",
                                      "0",
                                      "",
                                      "p",
                                      "}",
                                      "*",
                                      "%n",
                                      "\xff"};

std::string mutated(std::mt19937_64& random) {
  std::string packet(sane[random() % std::size(sane)]);
  for (std::size_t changes = random() % 4; changes > 0; --changes) {
    const std::size_t at = random() % (packet.size() + 1);
    switch (random() % 5) {
      case 0:
        packet.insert(at, nasty[random() % std::size(nasty)]);
        break;
      case 1:
        packet.erase(at, 1 + random() % 3);
        break;
      case 2:
        packet.insert(at, 1, static_cast<char>(random()));
        break;
      case 3:
        packet += packet.substr(packet.size() - at);
        break;
      default:
        packet.replace(at, 2, sane[random() % std::size(sane)]);
        break;
    }
  }
  // What would frame it is not data.
  std::erase_if(packet, [](char c) { return c == '#' || c == '$'; });
  return packet;
}

std::size_t count_packets(std::string_view output) {
  rsp::Receiver receiver(2 * packet_size + 2);
  std::size_t count = 0;
  while (const auto event = receiver.next(output)) {
    REQUIRE(event->kind != rsp::EventKind::damaged);
    count += event->kind == rsp::EventKind::packet;
  }
  return count;
}

struct Victim {
  std::unique_ptr<Target> target = *make_case_target(sample_case());
  Session session{*target};
  Link link{session};
};

}  // namespace

TEST_CASE("a hundred thousand mutated packets are each answered once") {
  std::mt19937_64 random(20240101);
  auto victim = std::make_unique<Victim>();
  std::size_t interrupted = 0, killed = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string packet = mutated(random);
    INFO(packet);
    std::string bytes;
    rsp::append_packet(bytes, packet);
    victim->link.receive(bytes);
    if (victim->session.closing() && packet.starts_with('k')) {
      ++killed;
      REQUIRE(count_packets(victim->link.output()) == 0);
    } else {
      // A guest that runs answers when it stops, or is stopped.
      for (int turns = 0; turns < 2 && victim->session.running(); ++turns) victim->link.advance();
      if (victim->session.running()) {
        ++interrupted;
        victim->link.receive("\x03");
      }
      // `k` to a debugger that stays and `R` are the other two without a reply.
      const bool silent = packet.starts_with('k') || packet.starts_with('R');
      REQUIRE(count_packets(victim->link.output()) == (silent ? 0 : 1));
    }
    REQUIRE_FALSE(victim->session.running());
    victim->link.output().clear();
    if (victim->session.ended() || i % 50 == 0) victim = std::make_unique<Victim>();
  }
  // It reached what it is about.
  CHECK(killed > 100);
  CHECK(interrupted > 10);
}

TEST_CASE("a hundred thousand pieces of noise do no harm") {
  std::mt19937_64 random(7);
  auto victim = std::make_unique<Victim>();
  for (int i = 0; i < 100'000; ++i) {
    std::string noise;
    switch (random() % 4) {
      case 0:  // a packet with something of the frame broken
        rsp::append_packet(noise, mutated(random));
        noise[random() % noise.size()] = static_cast<char>(random());
        break;
      case 1:
        rsp::append_packet(noise, mutated(random));
        noise.resize(random() % noise.size());
        break;
      case 2:
        for (std::size_t n = random() % 64; n > 0; --n) noise += "$#+-\x03%}*0a"[random() % 11];
        break;
      default:
        for (std::size_t n = random() % 64; n > 0; --n) noise += static_cast<char>(random());
    }
    victim->link.receive(noise);
    victim->link.advance();
    count_packets(victim->link.output());
    victim->link.output().clear();
    if (victim->session.ended()) victim = std::make_unique<Victim>();
  }
}
