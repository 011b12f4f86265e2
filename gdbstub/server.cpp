#include "gdbstub/server.hpp"

#include "gdbstub/protocol/frame.hpp"
#include "gdbstub/session.hpp"
#include "gdbstub/transport/conversation.hpp"
#include "gdbstub/transport/listener.hpp"
#include "gdbstub/transport/quiet_pipes.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>

namespace diptych::gdb {
namespace {

// A stop token as something poll() can wait for.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& token)
      : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback_(token, [this] { eventfd_write(event_.get(), 1); }) {}

  int descriptor() const { return event_.get(); }

 private:
  Descriptor event_;
  std::stop_callback<std::function<void()>> callback_;
};

// Debuggers that came while another was there. Each gets the reason as the reply to its first packet,
// whatever that is, and gdb shows it. To close at once, with that packet unread, would be a reset, which
// may overtake the reason; so they are kept a while.
class SentAway {
 public:
  void send_away(Descriptor late) {
    if (!late) return;
    std::string answer(1, rsp::acknowledgement);
    rsp::append_packet(answer, "E.another debugger is attached");
    [[maybe_unused]] const ssize_t sent = send(late.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    shutdown(late.get(), SHUT_WR);
    kept_.push_back(std::move(late));
    if (kept_.size() > 16) kept_.pop_front();
  }

 private:
  std::deque<Descriptor> kept_;
};

// The next debugger; none when a stop is asked for, or a guest that was left running has ended.
Descriptor await(const Listener& listener, Session& session, int stop) {
  while (!session.ended()) {
    std::array<pollfd, 2> polled = {{{listener.descriptor(), POLLIN, 0}, {stop, POLLIN, 0}}};
    if (poll(polled.data(), polled.size(), session.running() ? 0 : -1) < 0 && errno != EINTR) return {};
    if (polled[1].revents != 0) return {};
    if (polled[0].revents != 0)
      if (Descriptor client = listener.accept()) return client;
    session.advance_alone();
  }
  return {};
}

// Nobody else will come: a guest that was left running runs to its end.
void finish(Session& session, int stop) {
  pollfd polled{stop, POLLIN, 0};
  while (session.running() && poll(&polled, 1, 0) == 0) session.advance_alone();
}

}  // namespace

Result<void> serve(Target& target, const ListenOptions& options) {
  const QuietPipes quiet;
  const StopSignal stop(options.stop);
  const auto heed = [&](int descriptor) {
    if (options.attention) options.attention->heed(descriptor);
  };
  heed(stop.descriptor());
  Session session(target, options.leaving);
  if (options.stdio) {
    heed(STDIN_FILENO);
    converse(session, {STDIN_FILENO, STDOUT_FILENO}, {.stop = stop.descriptor()});
    finish(session, stop.descriptor());
    return {};
  }
  auto listener = Listener::open(options.address, options.allow_remote);
  if (!listener) return std::unexpected(std::move(listener).error());
  heed(listener->descriptor());
  if (options.announce) options.announce(fmt::format("Listening on {}", listener->address()));
  while (!session.ended()) {
    const Descriptor client = await(*listener, session, stop.descriptor());
    if (!client) break;
    heed(client.get());
    SentAway others;
    converse(session, {client.get(), client.get()},
             {.stop = stop.descriptor(), .other = listener->descriptor(), .serve_other = [&] {
                others.send_away(listener->accept());
              }});
  }
  return {};
}

}  // namespace diptych::gdb
