// A debugger of the simplest kind, over a socket.
#pragma once

#include "gdbstub/protocol/frame.hpp"
#include "gdbstub/server.hpp"
#include "gdbstub/transport/descriptor.hpp"
#include "tests/catch.hpp"
#include "tests/gdbstub/case_target.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <future>
#include <string>
#include <string_view>
#include <thread>

namespace diptych::gdb {

/// A server in a thread of its own, ended at the latest when this goes.
class ServerThread {
 public:
  explicit ServerThread(const Case& some, ListenOptions options = {}) {
    std::promise<std::string> announced;
    auto line = announced.get_future();
    thread_ = std::jthread([this, some, options = std::move(options),
                            announced = std::move(announced)](const std::stop_token& stop) mutable {
      options.announce = [&](std::string_view text) { announced.set_value(std::string(text)); };
      options.stop = stop;
      ended_.set_value(serve(**make_case_target(some), options).has_value());
    });
    const std::string text = line.get();
    REQUIRE(text.starts_with("Listening on "));
    address_ = text.substr(text.rfind(' ') + 1);
  }

  const std::string& address() const { return address_; }
  int port() const { return std::atoi(address_.c_str() + address_.rfind(':') + 1); }
  void ask_to_stop() { thread_.request_stop(); }
  bool ends() { return ended_result_.wait_for(std::chrono::seconds(10)) == std::future_status::ready; }

 private:
  std::string address_;
  std::promise<bool> ended_;
  std::future<bool> ended_result_ = ended_.get_future();
  std::jthread thread_;
};

class Client {
 public:
  explicit Client(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }

  explicit Client(const std::string& path) : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }

  bool send_raw(std::string_view bytes) {
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  void send(std::string_view packet) {
    std::string bytes;
    rsp::append_packet(bytes, packet);
    send_raw(bytes);
  }
  void finish_sending() { shutdown(socket_.get(), SHUT_WR); }

  /// The next packet; "(closed)" if there is none to come, "(silence)" after ten seconds.
  std::string reply() {
    for (;;) {
      std::string_view rest(received_);
      if (const auto event = receiver_.next(rest)) {
        const std::string data(event->data);
        const bool packet = event->kind == rsp::EventKind::packet;
        received_.erase(0, received_.size() - rest.size());
        if (packet) return data;
        continue;
      }
      received_.clear();
      pollfd polled{socket_.get(), POLLIN, 0};
      if (poll(&polled, 1, 10'000) <= 0) return "(silence)";
      char buffer[65536];
      const ssize_t size = recv(socket_.get(), buffer, sizeof buffer, 0);
      if (size <= 0) return "(closed)";
      received_.assign(buffer, static_cast<std::size_t>(size));
    }
  }
  std::string ask(std::string_view packet) {
    send(packet);
    return reply();
  }

 private:
  Descriptor socket_;
  rsp::Receiver receiver_{std::size_t{1} << 20};
  std::string received_;
};

}  // namespace diptych::gdb
