// A session on a scripted target, spoken to in packets.
#pragma once

#include "gdbstub/protocol/hex.hpp"
#include "gdbstub/session.hpp"
#include "tests/catch.hpp"
#include "tests/gdbstub/scripted_target.hpp"

#include <string>
#include <string_view>

namespace diptych::gdb {

struct ScriptedConversation {
  ScriptedTarget target;
  Session session;

  explicit ScriptedConversation(Leaving leaving = Leaving::stay) : session(target, leaving) { session.connected(); }

  /// The reply; a guest that runs is waited for.
  std::string ask(std::string_view packet) {
    auto reply = session.handle(packet);
    for (int i = 0; !reply && session.busy(); ++i) {
      REQUIRE(i < 1000);
      reply = session.advance();
    }
    return reply.value_or("(none)");
  }

  /// A text that is sent in hexadecimal.
  static std::string text(std::string_view plain) { return rsp::hex(plain); }
};

}  // namespace diptych::gdb
