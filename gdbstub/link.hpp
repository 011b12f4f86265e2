// A session over a stream of bytes: framing, acknowledgements, and what arrives while the guest runs.
// Bytes in, bytes out; where they come from is the caller's affair.
#pragma once

#include "gdbstub/protocol/frame.hpp"
#include "gdbstub/session.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace diptych::gdb {

class Link {
 public:
  /// The session lives longer than the link, and has one link at a time.
  explicit Link(Session& session);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  /// Bytes from the debugger, in pieces of any size.
  void receive(std::string_view bytes);

  /// Lets the guest run for some milliseconds if it is running.
  void advance();

  /// What is to be sent. The caller takes from its front.
  std::string& output() { return output_; }

 private:
  void take(const rsp::Event& event);
  void answer(std::string_view packet);
  // Sends what there is to be said after the session has done something: a reply, if there is one.
  void settle(const std::optional<std::string>& reply);
  void send(std::string_view reply);
  void answer_waiting();

  Session& session_;
  rsp::Receiver receiver_;
  std::deque<std::string> waiting_;  // packets that came while the guest ran
  std::size_t waiting_bytes_ = 0;
  bool interrupt_waits_ = false;  // it came while the guest was halted: a debugger that steps is between two steps
  std::string last_;  // sent again when the debugger asks for it
  std::string output_;
};

}  // namespace diptych::gdb
