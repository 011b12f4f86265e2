#include "tests/bench/gdb_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace diptych::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Longer than any reply takes that is measured.
constexpr std::chrono::milliseconds awake_for(10);

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The number at the end of the first line that begins so; 0: there was none within some seconds.
int announced_port(int output, std::string_view says) {
  std::string text;
  pollfd polled{output, POLLIN, 0};
  while (poll(&polled, 1, 10'000) == 1) {
    char part[512];
    const ssize_t size = read(output, part, sizeof part);
    if (size <= 0) break;
    text.append(part, static_cast<std::size_t>(size));
    const std::size_t line = text.find(says);
    if (line == std::string::npos) continue;
    const std::size_t end = text.find('\n', line);
    if (end == std::string::npos) continue;
    const std::size_t digits = text.find_last_not_of("0123456789", end - 1);
    return std::atoi(text.c_str() + digits + 1);
  }
  return 0;
}

}  // namespace

Result<GdbServer> GdbServer::start(const std::vector<std::string>& command, int port, std::string_view says) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorKind::environment, std::strerror(errno));
  GdbServer server;
  server.output_ = gdb::Descriptor(ends[0]);
  const gdb::Descriptor write_end(ends[1]);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  server.process_ = fork();
  if (server.process_ == 0) {
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(write_end.get(), STDOUT_FILENO);
    dup2(write_end.get(), STDERR_FILENO);
    execvp(words[0], words.data());
    _exit(127);
  }
  if (server.process_ < 0) return fail(ErrorKind::environment, std::strerror(errno));
  server.port_ = port != 0 ? port : announced_port(server.output_.get(), says);
  if (server.port_ == 0) return fail(ErrorKind::environment, fmt::format("{} does not listen", command[0]));
  return server;
}

GdbServer::GdbServer(GdbServer&& other) noexcept
    : process_(std::exchange(other.process_, -1)), port_(other.port_), output_(std::move(other.output_)) {}

GdbServer::~GdbServer() {
  if (process_ <= 0) return;
  // What it debugs goes with it.
  kill(process_, SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

int free_port() {
  const gdb::Descriptor probe(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

Result<std::unique_ptr<GdbClient>> GdbClient::connect(int port) {
  const sockaddr_in address = loopback(port);
  for (int tries = 0; tries < 100; ++tries) {
    auto client = std::make_unique<GdbClient>();
    client->socket_ = gdb::Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(client->socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      const int on = 1;
      const timeval patience{5, 0};
      setsockopt(client->socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      setsockopt(client->socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const std::string& supported = client->ask("qSupported:swbreak+;hwbreak+");
      constexpr std::string_view size = "PacketSize=";
      if (const std::size_t at = supported.find(size); at != std::string::npos)
        client->packet_size_ = std::strtoul(supported.c_str() + at + size.size(), nullptr, 16);
      client->acknowledges_ = client->ask("QStartNoAckMode") != "OK";
      client->ask("?");
      return client;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return fail(ErrorKind::lost, fmt::format("nobody listens on port {}", port));
}

bool GdbClient::receive() {
  ssize_t size = -1;
  if (wait_ == Wait::awake)
    for (const auto until = Clock::now() + awake_for; size < 0 && Clock::now() < until;)
      size = recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (size < 0) size = recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
  if (size <= 0) {
    socket_ = gdb::Descriptor();  // a reply that comes after all would be taken for that to another packet
    return false;
  }
  rest_ = std::string_view(buffer_).substr(0, static_cast<std::size_t>(size));
  return true;
}

bool GdbClient::send_packet(std::string_view packet) {
  sent_.clear();
  rsp::append_packet(sent_, packet);
  return send(socket_.get(), sent_.data(), sent_.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(sent_.size());
}

const std::string& GdbClient::ask(std::string_view packet) {
  reply_.clear();
  return send_packet(packet) ? next_reply() : reply_;
}

const std::string& GdbClient::next_reply() {
  reply_.clear();
  for (;;) {
    while (const auto event = receiver_.next(rest_))
      if (event->kind == rsp::EventKind::packet) {
        if (event->data.starts_with('O') && event->data != "OK") continue;  // for a console
        reply_ = event->data;
        if (acknowledges_) send(socket_.get(), &rsp::acknowledgement, 1, MSG_NOSIGNAL);
        return reply_;
      }
    if (!receive()) return reply_;
  }
}

}  // namespace diptych::bench
