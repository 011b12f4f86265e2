#include "gdbstub/engine/guest_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace diptych::gdb {

Result<std::unique_ptr<GuestOutput>> GuestOutput::create() {
  int ends[2] = {-1, -1};
  const int error = pipe2(ends, O_CLOEXEC);
  Descriptor own_end(ends[0]), guest_end(ends[1]), stop(eventfd(0, EFD_CLOEXEC));
  // The two ends are open files of their own: only the server's does not wait.
  if (error != 0 || !stop || fcntl(own_end.get(), F_SETFL, O_NONBLOCK) != 0)
    return fail(ErrorKind::environment, fmt::format("there is no pipe for what the program prints: {}", std::strerror(errno)));
  return std::unique_ptr<GuestOutput>(new GuestOutput(std::move(guest_end), std::move(own_end), std::move(stop)));
}

GuestOutput::GuestOutput(Descriptor guest_end, Descriptor own_end, Descriptor stop)
    : guest_end_(std::move(guest_end)), own_end_(std::move(own_end)), stop_(std::move(stop)) {
  // Signals are the guest's or the server's.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  reader_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

GuestOutput::~GuestOutput() {
  eventfd_write(stop_.get(), 1);
  reader_.join();
}

std::string GuestOutput::take() {
  const std::lock_guard lock(mutex_);
  drain();
  return std::exchange(text_, {});
}

void GuestOutput::run() {
  std::array<pollfd, 2> polled = {{{own_end_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
  while (poll(polled.data(), polled.size(), -1) >= 0 && polled[1].revents == 0) {
    const std::lock_guard lock(mutex_);
    drain();
  }
}

// What is read is in the text before anybody else can look.
void GuestOutput::drain() {
  std::array<char, 4096> buffer;
  ssize_t size = 0;
  while ((size = read(own_end_.get(), buffer.data(), buffer.size())) > 0) text_.append(buffer.data(), static_cast<std::size_t>(size));
}

}  // namespace diptych::gdb
