#include "gdbstub/transport/conversation.hpp"

#include "gdbstub/link.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <vector>

namespace diptych::gdb {
namespace {

// With this much to send, nothing more is read: a debugger that asks and never listens waits for itself.
constexpr std::size_t enough_output = std::size_t{4} * packet_size;
// A pipe that is ready takes this much without blocking.
constexpr std::size_t pipe_portion = 4096;

constexpr std::chrono::microseconds moment(50);
constexpr int packets_without_poll = 64;
// With one processor, whoever waits awake keeps the debugger from asking.
bool has_several_processors() {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) > 1;
}
const bool several_processors = has_several_processors();

class Conversation {
 public:
  Conversation(Session& session, Channel channel, const Watch& watch)
      : session_(session), channel_(channel), watch_(watch), link_(session) {}

  void run() {
    while (!session_.closing() || !link_.output().empty())
      if (!turn()) return;
  }

 private:
  bool is_full() { return link_.output().size() >= enough_output; }
  bool hungry() { return !gone_ && !session_.closing() && !is_full(); }
  // A guest that prints faster than the debugger listens waits for it.
  bool runs() { return session_.running() && !is_full(); }

  // Waits for something to do and does it. False when all is over.
  bool turn() {
    if (receive_soon()) return settle();
    const bool sending = !link_.output().empty();
    if (gone_ && !sending) return false;
    std::array<pollfd, 4> polled = {{{hungry() ? channel_.in : -1, POLLIN, 0},
                                     {sending ? channel_.out : -1, POLLOUT, 0},
                                     {watch_.stop, POLLIN, 0},
                                     {leaving_ ? -1 : watch_.other, POLLIN, 0}}};
    if (poll(polled.data(), polled.size(), runs() ? 0 : -1) < 0) return errno == EINTR;
    if (polled[2].revents != 0) return false;
    if (polled[3].revents != 0) notice_other();
    if (polled[1].revents != 0 && !send()) return false;
    if (polled[0].revents != 0) receive();
    return settle();
  }

  // After something may have come.
  bool settle() {
    if (!is_full()) link_.advance();
    // A socket never blocks, and nearly always takes a reply at once: no need to ask whether it would.
    return !is_socket() || link_.output().empty() || send();
  }

  // A debugger that asks much asks again at once, and to sleep in between takes longer than to answer. So the
  // next packet is waited for awake, for a moment; but not over and over, since others have to be noticed too.
  bool receive_soon() {
    if (!is_socket() || session_.running() || !hungry() || !link_.output().empty()) return false;
    if (!lively_ || ++without_poll_ > packets_without_poll) {
      without_poll_ = 0;
      return false;
    }
    const auto until = std::chrono::steady_clock::now() + moment;
    do {
      const ssize_t size = recv(channel_.in, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (size < 0 && errno == EAGAIN) continue;
      take(size);
      return true;
    } while (std::chrono::steady_clock::now() < until);
    lively_ = false;
    return false;
  }

  // Different descriptors are pipes or a terminal, whose blocking is shared with others and left as it is.
  bool is_socket() const { return channel_.in == channel_.out; }

  // Often the other is the same debugger, back before what it sent last has been read. Then it waits.
  void notice_other() {
    pollfd polled{channel_.in, POLLRDHUP, 0};
    leaving_ = poll(&polled, 1, 0) == 1;
    if (!leaving_) watch_.serve_other();
  }

  void receive() {
    take(read(channel_.in, buffer_.data(), buffer_.size()));
    lively_ = several_processors;
  }

  // What a read has come to.
  void take(ssize_t size) {
    if (size > 0) {
      link_.receive({buffer_.data(), static_cast<std::size_t>(size)});
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
      gone_ = true;  // it may still listen to the replies on their way
      if (session_.running()) session_.interrupt();
    }
  }

  bool send() {
    std::string& output = link_.output();
    const ssize_t size =
        write(channel_.out, output.data(), is_socket() ? output.size() : std::min(output.size(), pipe_portion));
    if (size >= 0)
      output.erase(0, static_cast<std::size_t>(size));
    else
      return errno == EAGAIN || errno == EINTR;
    return true;
  }

  Session& session_;
  Channel channel_;
  const Watch& watch_;
  Link link_;
  std::vector<char> buffer_ = std::vector<char>(2 * packet_size);
  bool lively_ = false;  // something has come a moment ago
  int without_poll_ = 0;
  bool leaving_ = false;  // it will send no more than it has sent
  bool gone_ = false;     // and all of that has been read
};

}  // namespace

void converse(Session& session, Channel channel, const Watch& watch) { Conversation(session, channel, watch).run(); }

}  // namespace diptych::gdb
