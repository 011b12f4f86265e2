#include "oracle/agent/agent_process.hpp"

#include "oracle/agent/program_version.hpp"
#include "oracle/agent/protocol.h"
#include "oracle/agent/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace diptych::agent {
namespace {

constexpr int image_descriptor = AGENT_WINDOW_DESCRIPTOR + 1;
constexpr int program_descriptor = AGENT_WINDOW_DESCRIPTOR + 2;

std::string reason() { return std::strerror(errno); }

std::string in_path(const std::string& name) {
  const char* variable = std::getenv("PATH");
  std::string_view path = variable ? variable : "/usr/bin:/bin";
  while (true) {
    const std::size_t colon = path.find(':');
    const std::string candidate = fmt::format("{}/{}", path.substr(0, colon), name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    if (colon == path.npos) return {};
    path.remove_prefix(colon + 1);
  }
}

// "qemu-riscv64 version 7.2.22 (Debian ...)" says "7.2.22".
std::string version_in(std::string_view line) {
  constexpr std::string_view word = "version ";
  const std::size_t at = line.find(word);
  if (at == line.npos) return "unknown";
  line.remove_prefix(at + word.size());
  return std::string(line.substr(0, line.find_first_of(" \n(")));
}

// In the child: the wanted descriptors in their places, and no others. False if anything is refused.
bool take_descriptors(int shared_memory, int image, int program) {
  // Out of the way of the places first, as any of them may lie in one.
  constexpr int high = program_descriptor + 1;
  const int null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, high);
  const int moved[] = {null,
                       null,
                       null,
                       fcntl(shared_memory, F_DUPFD_CLOEXEC, high),
                       fcntl(image, F_DUPFD_CLOEXEC, high),
                       fcntl(program, F_DUPFD_CLOEXEC, high)};
  for (int place = 0; place <= program_descriptor; ++place)
    if (moved[place] < 0 || dup2(moved[place], place) < 0) return false;
  if (fcntl(program_descriptor, F_SETFD, FD_CLOEXEC) != 0) return false;
  return syscall(SYS_close_range, high, ~0u, 0) == 0;
}

[[noreturn]] void become_emulator(Sandbox& sandbox, pid_t parent, int shared_memory, int image, int program,
                                  char* const* arguments) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(126);
  setsid();  // what is typed at the terminal is not meant for it
  if (!take_descriptors(shared_memory, image, program)) _exit(126);
  // Its own variables would change what the emulator does, and the guest has no use for the rest.
  char* const environment[] = {nullptr};
  if (!sandbox.enter()) _exit(126);
  syscall(SYS_execveat, program_descriptor, "", arguments, environment, AT_EMPTY_PATH);
  _exit(127);
}

Result<int> image_file(const AgentGuest& guest) {
  const int file = memfd_create("diptych-agent", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return fail(ErrorKind::environment, "a file in memory for the agent: " + reason());
  std::span<const u8> left = guest.image();
  while (!left.empty()) {
    const ssize_t written = write(file, left.data(), left.size());
    if (written <= 0) {
      const std::string why = reason();
      close(file);
      return fail(ErrorKind::environment, "writing the agent to memory: " + why);
    }
    left = left.subspan(std::size_t(written));
  }
  fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  return file;
}

}  // namespace

Result<Emulator> find_emulator(const std::string& name) {
  for (const std::string& candidate : {name, name + "-static"})
    if (std::string path = in_path(candidate); !path.empty()) {
      const Result<std::string> line = version_line(path);
      if (!line) return std::unexpected(line.error());
      return Emulator{std::move(path), version_in(*line)};
    }
  return fail(ErrorKind::environment, fmt::format("{} is not in PATH (on Debian, the package qemu-user)", name));
}

Result<std::unique_ptr<AgentProcess>> AgentProcess::start(const AgentGuest& guest, const Emulator& emulator,
                                                          const std::vector<std::string>& arguments,
                                                          int shared_memory) {
  Result<int> image = image_file(guest);
  if (!image) return std::unexpected(std::move(image).error());
  const int program = open(emulator.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (program < 0) {
    std::string why = fmt::format("{}: {}", emulator.path, reason());
    close(*image);
    return fail(ErrorKind::environment, std::move(why));
  }
  // Everything the child needs is made before the fork: between that and exec it may not allocate.
  std::vector<std::string> words{guest.emulator};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.push_back(fmt::format("/proc/self/fd/{}", image_descriptor));
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  Sandbox sandbox(program_descriptor, AGENT_SHARED_SIZE);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become_emulator(sandbox, parent, shared_memory, *image, program, pointers.data());
  const std::string why = reason();
  close(program);
  close(*image);
  if (child < 0) return fail(ErrorKind::environment, fmt::format("starting {}: {}", emulator.path, why));
  return std::unique_ptr<AgentProcess>(new AgentProcess(child));
}

AgentProcess::~AgentProcess() { kill(); }

void AgentProcess::reap(bool wait) {
  if (reaped_) return;
  int status = 0;
  rusage usage{};
  pid_t got = 0;
  while ((got = wait4(id_, &status, wait ? 0 : WNOHANG, &usage)) < 0 && errno == EINTR) {
  }
  if (got == 0) return;
  reaped_ = true;
  auto seconds = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; };
  if (got > 0) seconds_ = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  if (got < 0)
    end_ = "is gone";
  else if (WIFSIGNALED(status))
    end_ = fmt::format("was ended by signal {}", WTERMSIG(status));
  else
    end_ = fmt::format("exited with status {}", WEXITSTATUS(status));
}

bool AgentProcess::alive() {
  reap(false);
  return !reaped_;
}

void AgentProcess::poke() {
  if (!reaped_) ::kill(id_, SIGUSR1);
}

void AgentProcess::kill() {
  if (reaped_) return;
  ::kill(id_, SIGKILL);
  reap(true);
}

double AgentProcess::seconds() {
  if (reaped_) return seconds_;
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(id_, &clock) == 0 && clock_gettime(clock, &time) == 0)
    seconds_ = double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
  return seconds_;
}

}  // namespace diptych::agent
