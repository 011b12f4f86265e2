// The live screen of fuzz, in pseudo terminals.
#include "tests/cli/command.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>

#include <regex>

using namespace diptych::cli_test;
using namespace std::chrono_literals;

namespace {

/// A session on a terminal of its own. Standard output, with the summary, goes nowhere: what is read is the screen.
class OnTerminal {
 public:
  OnTerminal(unsigned short columns, unsigned short rows, const std::vector<std::string>& limit,
             const std::vector<std::pair<const char*, const char*>>& environment = {}) {
    const winsize size{rows, columns, 0, 0};
    std::vector<std::string> words = {command, "fuzz", "--oracle", "unicorn", "--seed", "1", "--out", folder_ / "out"};
    words.insert(words.end(), limit.begin(), limit.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      setenv("TERM", "xterm", 1);
      unsetenv("NO_COLOR");
      for (const auto& [name, value] : environment) setenv(name, value, 1);
      dup2(::open("/dev/null", O_WRONLY), 1);
      execv(command.c_str(), pointers.data());
      _exit(127);
    }
    REQUIRE(pid_ > 0);
  }
  ~OnTerminal() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(terminal_);
  }

  /// What was written until this text came, or the end of the program.
  std::string read_until(std::string_view wanted) {
    std::string text;
    const auto end = std::chrono::steady_clock::now() + 60s;
    while ((wanted.empty() || text.find(wanted) == std::string::npos) && std::chrono::steady_clock::now() < end) {
      pollfd readable{terminal_, POLLIN, 0};
      if (poll(&readable, 1, 100) <= 0) continue;
      char buffer[4096];
      const ssize_t got = ::read(terminal_, buffer, sizeof buffer);
      if (got <= 0) break;  // a terminal that nobody has open any more is an error
      text.append(buffer, std::size_t(got));
    }
    return text;
  }
  std::string read_all() { return read_until(""); }

  void resize(unsigned short columns, unsigned short rows) {
    const winsize size{rows, columns, 0, 0};
    REQUIRE(ioctl(terminal_, TIOCSWINSZ, &size) == 0);
  }
  void signal(int number) const { ::kill(pid_, number); }

 private:
  Folder folder_;
  pid_t pid_ = -1;
  int terminal_ = -1;
};

// The lines, without what only moves, colours or erases.
std::vector<std::string> visible_lines(const std::string& text) {
  static const std::regex sequence("\x1b\\[[0-9;?]*[A-Za-z]|\r");
  std::istringstream plain(std::regex_replace(text, sequence, ""));
  std::vector<std::string> lines;
  for (std::string line; std::getline(plain, line);) lines.push_back(line);
  return lines;
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (const std::string& line : visible_lines(text)) longest = std::max(longest, line.size());
  return longest;
}

const std::vector<std::string> short_run = {"--runs", "5000"};

}  // namespace

TEST_CASE("the screen fits its terminal") {
  for (const int columns : {20, 80, 120, 200}) {
    const std::string text = OnTerminal(static_cast<unsigned short>(columns), 40, short_run).read_all();
    INFO(text);
    CHECK(text.find("\x1b[2K") != std::string::npos);
    CHECK(longest_line(text) <= std::size_t(columns));
    if (columns < 80) continue;
    // All eleven stages are one line.
    CHECK(text.find("stages agree") != std::string::npos);
    CHECK(text.find("ir:fold") == std::string::npos);
    CHECK(text.find("unexplained") != std::string::npos);  // the last column
  }
}

TEST_CASE("the screen has no more lines than its terminal") {
  const std::string text = OnTerminal(80, 5, {"--seconds", "1"}).read_all();
  INFO(text);
  // Each frame goes up as many lines as the one before it had.
  static const std::regex up("\x1b\\[([0-9]+)A");
  std::size_t frames = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), up), end; match != end; ++match, ++frames)
    CHECK(std::stoi((*match)[1]) == 4);
  CHECK(frames > 0);
}

TEST_CASE("the screen is drawn anew where its terminal was resized") {
  OnTerminal session(120, 40, {"--seconds", "60"});
  const std::string before = session.read_until("finding");
  CHECK(longest_line(before) > 40);
  session.resize(40, 20);
  const std::string between = session.read_until("\x1b[H\x1b[2J");
  const std::size_t cleared = between.find("\x1b[H\x1b[2J");
  REQUIRE(cleared != std::string::npos);
  session.signal(SIGINT);
  const std::string after = between.substr(cleared) + session.read_all();
  INFO(after);
  CHECK(longest_line(after) == 40);
}

TEST_CASE("colours are for terminals that have not declined them") {
  CHECK(OnTerminal(80, 40, short_run).read_all().find("\x1b[32m0 findings") != std::string::npos);
  const std::string plain = OnTerminal(80, 40, short_run, {{"NO_COLOR", "1"}}).read_all();
  INFO(plain);
  CHECK(plain.find("0 findings") != std::string::npos);
  CHECK_FALSE(std::regex_search(plain, std::regex("\x1b\\[[0-9;]*m")));
}

TEST_CASE("a dumb terminal and a file get plain lines") {
  for (const char* term : {"dumb", ""}) {
    const std::string text = OnTerminal(80, 40, short_run, {{"TERM", term}}).read_all();
    INFO(text);
    CHECK(text.find('\x1b') == std::string::npos);
  }
  const Folder folder;
  CHECK(run({"fuzz", "--runs", "1000", "--oracle", "unicorn", "--out", folder / "out"}).err.find('\x1b') == std::string::npos);
}

TEST_CASE("the summary fits 80 columns, and its stages are one line") {
  const Folder folder;
  const Ended ended = run({"fuzz", "--runs", "1000", "--out", folder / "out"});
  INFO(ended.out);
  CHECK(longest_line(ended.out.substr(0, ended.out.find("The report is in"))) <= 80);
  CHECK(ended.out.find("interp to baseline (11 stages) against unicorn,qemu") != std::string::npos);
  CHECK(ended.out.find("  11 stages agree: ") != std::string::npos);
}
