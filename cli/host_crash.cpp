#include "cli/host_crash.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

namespace diptych::cli {
namespace {

constexpr int exit_of_environment = 2;
constexpr std::array failures = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

// Here nothing can be relied on but system calls.
void say(std::string_view text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

void report(int number, siginfo_t*, void*) {
  const char* name = sigabbrev_np(number);
  say("diptych: internal error: this command, not the program it runs, was ended by SIG");
  say(name ? name : "?");
  say("; please report it\n");
  _exit(exit_of_environment);
}

}  // namespace

void report_host_crashes() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return;
#endif
#endif
  // Also where the stack has overflowed.
  static std::array<char, 65536> stack;
  stack_t other{};
  other.ss_sp = stack.data();
  other.ss_size = stack.size();
  sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_sigaction = report;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int number : failures) sigaction(number, &action, nullptr);
}

}  // namespace diptych::cli
