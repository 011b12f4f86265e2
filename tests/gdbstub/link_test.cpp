#include "gdbstub/link.hpp"

#include "tests/catch.hpp"
#include "tests/gdbstub/case_target.hpp"
#include "tests/gdbstub/sample_case.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

struct Wire {
  std::unique_ptr<Target> target;
  Session session;
  Link link;

  explicit Wire(const Case& some = sample_case()) : target(*make_case_target(some)), session(*target), link(session) {}

  std::string send(std::string_view bytes) {
    link.receive(bytes);
    return std::exchange(link.output(), {});
  }
  std::string ask(std::string_view packet) {
    std::string bytes;
    rsp::append_packet(bytes, packet);
    return send(bytes);
  }
};

}  // namespace

TEST_CASE("a packet is acknowledged and answered") {
  Wire wire;
  REQUIRE(wire.send("$p8#a8") == "+$0000020000000000#02");
  REQUIRE(wire.send("+").empty());
  REQUIRE(wire.send("$vMustReplyEmpty#3a") == "+$#00");
}

TEST_CASE("a damaged packet is refused, and a refused one sent again") {
  Wire wire;
  REQUIRE(wire.send("-").empty());
  REQUIRE(wire.send("$p8#a9") == "-");
  REQUIRE(wire.send("$p8#a8") == "+$0000020000000000#02");
  REQUIRE(wire.send("-") == "$0000020000000000#02");
  REQUIRE(wire.send("-+") == "$0000020000000000#02");
}

TEST_CASE("without acknowledgements there are none") {
  Wire wire;
  REQUIRE(wire.send("$QStartNoAckMode#b0") == "+$OK#9a");
  REQUIRE(wire.send("+$p8#a8") == "$0000020000000000#02");
  REQUIRE(wire.send("$p8#00") == "$0000020000000000#02");
  REQUIRE(wire.send("-").empty());
}

TEST_CASE("an oversized packet is refused either way, and the next one served") {
  Wire wire;
  REQUIRE(wire.ask("M20000,0:" + std::string(1'000'000, '0')) == "-");
  REQUIRE(wire.send("$p8#a8") == "+$0000020000000000#02");
  wire.ask("QStartNoAckMode");
  REQUIRE(wire.ask("M20000,0:" + std::string(1'000'000, '0')) == "$E16#ac");
  REQUIRE(wire.send("$p8#a8") == "$0000020000000000#02");
}

TEST_CASE("bytes may drip, and packets come in crowds") {
  Wire wire;
  std::string seen;
  for (const char c : std::string_view("+$p8#a8+$p8#a8")) seen += wire.send({&c, 1});
  REQUIRE(seen == "+$0000020000000000#02+$0000020000000000#02");
  REQUIRE(wire.send("$p8#a8$p8#a8") == seen);
}

TEST_CASE("the guest runs between packets until it is interrupted") {
  Wire wire(endless_case());
  REQUIRE(wire.send("$c#63") == "+");
  for (int i = 0; i < 3; ++i) wire.link.advance();
  REQUIRE(wire.link.output().empty());
  REQUIRE(wire.send("\x03").starts_with("$T02"));
}

// A debugger that steps a thousand times is halted most of the time.
TEST_CASE("an interrupt that comes while the guest is halted is kept for the next resume, once") {
  Wire wire(endless_case());
  REQUIRE(wire.send("\x03").empty());
  wire.link.advance();
  REQUIRE(wire.link.output().empty());
  REQUIRE(wire.send("$c#63").starts_with("+$T02"));
  REQUIRE(wire.send("$c#63") == "+");
  wire.link.advance();
  REQUIRE(wire.link.output().empty());
}

TEST_CASE("packets that come while the guest runs wait for the stop") {
  Wire wire(endless_case());
  REQUIRE(wire.send("$c#63$p8#a8$c#63$p8#a8") == "++++");
  std::string replies = wire.send("\x03");
  REQUIRE(replies.starts_with("$T02"));
  REQUIRE(replies.ends_with("$0000020000000000#02"));
  REQUIRE(wire.session.running());
  replies = wire.send("\x03");
  REQUIRE(replies.starts_with("$T02"));
  REQUIRE(replies.ends_with("$0000020000000000#02"));
}

TEST_CASE("only so many packets wait") {
  Wire wire(endless_case());
  wire.send("$c#63");
  std::size_t accepted = 0, refused = 0;
  for (int i = 0; i < 4; ++i) (wire.ask("M20000,0:" + std::string(50'000, '0')) == "+" ? accepted : refused)++;
  REQUIRE(accepted == 2);
  REQUIRE(refused == 2);
}

TEST_CASE("nothing is served after a kill") {
  Wire wire;
  REQUIRE(wire.send("$k#6b$p8#a8") == "+");
  REQUIRE(wire.session.closing());
}

TEST_CASE("a link that goes leaves the guest halted") {
  const auto target = *make_case_target(endless_case());
  Session session(*target);
  {
    Link link(session);
    link.receive("$c#63");
    REQUIRE(session.running());
  }
  REQUIRE_FALSE(session.running());
  Link next(session);
  next.receive("$?#3f");
  REQUIRE(next.output().starts_with("+$T02"));
}
