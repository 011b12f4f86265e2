#include "gdbstub/transport/listener.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>
#include <memory>

namespace diptych::gdb {
namespace {

struct HostPort {
  std::string host;
  u16 port = 0;
};

Result<HostPort> split(std::string_view address) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorKind::bad_input, fmt::format("'{}' is no address to listen on: {}", address, why));
  };
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return bad("it should read HOST:PORT or unix:PATH");
  std::string_view host = address.substr(0, colon);
  const std::string_view digits = address.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return bad("an IPv6 address stands in brackets");
  // "localhost" is known without asking anybody: not every machine can resolve it.
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  HostPort result{std::string(host), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
    return bad("the port is a number from 0 to 65535");
  return result;
}

bool is_loopback(const sockaddr* address) {
  if (address->sa_family == AF_INET)
    return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr) >> 24 == 127;
  if (address->sa_family == AF_INET6) {
    const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(&ip) || (IN6_IS_ADDR_V4MAPPED(&ip) && ip.s6_addr[12] == 127);
  }
  return false;
}

Result<std::string> name_of_socket(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getsockname(socket, address, &size) != 0 ||
      getnameinfo(address, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return fail(ErrorKind::environment, fmt::format("the address listened on is unknown: {}", std::strerror(errno)));
  return address->sa_family == AF_INET6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

enum class FileState : u8 { free, listened_on, left_behind, other };

// A socket's file stays behind when its server is killed. Nobody listens there then.
FileState state_of(const sockaddr_un& address) {
  struct stat found{};
  if (lstat(address.sun_path, &found) != 0) return FileState::free;
  if (!S_ISSOCK(found.st_mode)) return FileState::other;
  // Not blocking: a server that is busy may have a full queue.
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN) return FileState::listened_on;
  return errno == ECONNREFUSED ? FileState::left_behind : FileState::other;
}

// Why a socket cannot be bound, and what to do.
std::string why_not_bound(int error) {
  switch (error) {
    case EADDRINUSE: return "another program listens there; choose another port, or 0 for any that is free";
    case EADDRNOTAVAIL: return "it is not an address of this computer; use 127.0.0.1, or 0.0.0.0 with --allow-remote for all it has";
    case EACCES: return "that port takes root's rights; choose one from 1024 on, or 0 for any that is free";
    default: return std::strerror(error);
  }
}

}  // namespace

Result<Listener> Listener::open_file(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path || path.contains('\0'))
    return fail(ErrorKind::bad_input, fmt::format("'unix:{}' is no address to listen on: a path of 1 to {} characters "
                                                  "should follow 'unix:'",
                                                  path, sizeof address.sun_path - 1));
  path.copy(address.sun_path, path.size());
  switch (state_of(address)) {
    case FileState::left_behind: unlink(address.sun_path); break;
    case FileState::listened_on: return fail(ErrorKind::environment, fmt::format("another server listens on unix:{}; choose another path", path));
    case FileState::other: return fail(ErrorKind::environment, fmt::format("{} already exists; remove it or choose another path", path));
    case FileState::free: break;
  }
  Listener result;
  result.socket_ = Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto failed = [&] {
    return fail(ErrorKind::environment, fmt::format("cannot listen on unix:{}: {}", path, std::strerror(errno)));
  };
  // Before there is a file: nobody else can connect in between.
  if (!result.socket_ || fchmod(result.socket_.get(), S_IRUSR | S_IWUSR) != 0) return failed();
  if (bind(result.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed();
  result.file_ = SocketFile(path);
  if (listen(result.socket_.get(), 8) != 0) return failed();
  result.address_ = "unix:" + path;
  return result;
}

Result<Listener> Listener::open(std::string_view address, bool allow_remote) {
  constexpr std::string_view file = "unix:";
  if (address.starts_with(file)) return open_file(std::string(address.substr(file.size())));
  const auto parts = split(address);
  if (!parts) return std::unexpected(parts.error());
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (const int error = getaddrinfo(parts->host.c_str(), std::to_string(parts->port).c_str(), &hints, &list))
    return fail(ErrorKind::bad_input, fmt::format("cannot listen on {}: {}", address, gai_strerror(error)));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, freeaddrinfo);

  if (!allow_remote && !is_loopback(list->ai_addr))
    return fail(ErrorKind::bad_input,
                fmt::format("{} can be reached from other computers, and whoever connects there controls the guest; "
                            "use 127.0.0.1, or allow it with --allow-remote",
                            address));
  const auto failed = [&] {
    return fail(ErrorKind::environment, fmt::format("cannot listen on {}: {}", address, why_not_bound(errno)));
  };
  Listener result;
  result.socket_ = Descriptor(socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!result.socket_) return failed();
  const int on = 1;
  setsockopt(result.socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(result.socket_.get(), list->ai_addr, list->ai_addrlen) != 0 || listen(result.socket_.get(), 8) != 0)
    return failed();
  auto name = name_of_socket(result.socket_.get());
  if (!name) return std::unexpected(std::move(name).error());
  result.address_ = std::move(*name);
  return result;
}

Descriptor Listener::accept() const {
  Descriptor client(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (client) {
    const int on = 1;
    // Packets are small and each waits for the one before; and a debugger whose computer is gone must
    // not hold the place for ever.
    setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(client.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  return client;
}

}  // namespace diptych::gdb
