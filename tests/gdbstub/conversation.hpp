// A session on a case, spoken to in packets.
#pragma once

#include "gdbstub/session.hpp"
#include "tests/catch.hpp"
#include "tests/gdbstub/case_target.hpp"
#include "tests/gdbstub/sample_case.hpp"

#include <string>
#include <string_view>

namespace diptych::gdb {

struct Conversation {
  std::unique_ptr<Target> target;
  Session session;

  explicit Conversation(const Case& some = sample_case()) : target(*make_case_target(some)), session(*target) {
    session.connected();
  }

  /// The reply; a guest that runs is waited for.
  std::string ask(std::string_view packet) {
    auto reply = session.handle(packet);
    for (int i = 0; !reply && session.running(); ++i) {
      REQUIRE(i < 1000);
      reply = session.advance();
    }
    return reply.value_or("(none)");
  }

  /// The value of a register, out of a `p` reply.
  u64 register_value(std::size_t number) {
    u64 value = 0;
    target->read_register(1, number, {reinterpret_cast<u8*>(&value), target->description().registers[number].bytes()});
    return value;
  }
};

}  // namespace diptych::gdb
