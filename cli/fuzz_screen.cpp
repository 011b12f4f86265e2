#include "cli/fuzz_screen.hpp"

#include "cli/output.hpp"
#include "fuzz/session/machine_rows.hpp"

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace diptych::cli {
namespace {

// A log is read later: a line now and then is enough.
constexpr auto between_lines = std::chrono::seconds(10);

// The numbers are those of terminals.
enum class Colour { none = 0, bold = 1, red = 31, green = 32, yellow = 33 };

struct Line {
  std::string text;
  Colour colour = Colour::none;
};

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

std::string bar(double share, std::size_t width) {
  const std::size_t full = std::size_t(std::clamp(share, 0.0, 1.0) * double(width));
  return std::string(full, '#') + std::string(width - full, '.');
}

// Time and progress. Without an end there is no bar.
std::string progress(const fuzz::Summary& s, std::size_t columns) {
  const u64 runs = s.configuration.runs;
  const double seconds = s.configuration.seconds;
  const double share = std::max(runs ? double(s.tally.runs) / double(runs) : 0, seconds > 0 ? s.seconds / seconds : 0);
  std::string text = fmt::format(" {:.0f} s", s.seconds);
  if (seconds > 0) text += fmt::format(" of {:.0f}", seconds);
  if (runs != 0) text += fmt::format(" {:.0f} % of {} runs", 100 * std::min(share, 1.0), runs);
  constexpr std::size_t least = 10, most = 60;
  const std::size_t width = std::clamp(columns, text.size() + 2 + least, text.size() + 2 + most) - text.size() - 2;
  return fmt::format("[{}]{}", bar(share, width), text);
}

// A count, or a blank where there is nothing to say.
std::string count(u64 number) { return number == 0 ? "" : fmt::format("{}", number); }

std::vector<Line> lines_of(const fuzz::Summary& s, std::size_t columns) {
  std::vector<Line> lines;
  lines.push_back({fmt::format("{} against {} on {}, seed {}", fuzz::subjects_in_short(s), s.configuration.oracles,
                               name_of(s.configuration.guest), s.configuration.seed),
                   Colour::bold});
  lines.push_back({progress(s, columns)});
  lines.push_back({fmt::format("{} runs, {:.0f} executions a second, {:.2f} % of state compared", s.tally.runs,
                               double(s.tally.executions) / std::max(s.seconds, 0.001), 100 * s.compared_share())});
  lines.push_back({fmt::format("{:<20} {:>7} {:>12} {:>11} {:>10} {:>12}", "machine", "CPU s", "compared", "by quirks", "left open", "unexplained")});
  for (const fuzz::MachineRow& row : fuzz::machine_rows(s)) {
    const MachineTally& m = row.tally;
    lines.push_back({fmt::format("{:<20} {:>7.1f} {:>12} {:>11} {:>10} {:>12}", row.name, row.seconds, m.compared, count(m.quirk), count(m.open),
                                 count(m.unexplained)),
                     m.unexplained ? Colour::red : Colour::none});
  }
  if (!s.corpus_error.empty()) lines.push_back({"corpus incomplete: " + s.corpus_error, Colour::yellow});
  if (!s.casualties.empty())
    lines.push_back({fmt::format("{} ended a worker or did not end, the last one {}", s.casualties.size(), s.casualties.back().machine), Colour::yellow});
  lines.push_back({fmt::format("{} finding{}", s.findings.size(), s.findings.size() == 1 ? "" : "s"), s.findings.empty() ? Colour::green : Colour::red});
  for (const fuzz::Bucket& finding : s.findings)
    lines.push_back({fmt::format("  {:<28} {:>8} times  {}", finding.signature, finding.count, finding.instruction)});
  return lines;
}

// Only ASCII is printed: a character is a column.
std::string clipped(std::string_view text, std::size_t columns) {
  std::string clip(text.substr(0, columns));
  for (char& c : clip)
    if (c < ' ' || c > '~') c = '?';
  return clip;
}

}  // namespace

FuzzScreen::FuzzScreen()
    : live_(isatty(STDERR_FILENO) && variable("TERM") != "dumb" && !variable("TERM").empty()), coloured_(live_ && variable("NO_COLOR").empty()) {}

FuzzScreen::Size FuzzScreen::terminal_size() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {80, 24};
  return {size.ws_col, size.ws_row};
}

void FuzzScreen::show(const fuzz::Summary& s) {
  if (live_) return draw(s);
  if (Clock::now() - said_ < between_lines) return;
  said_ = Clock::now();
  write_progress(fmt::format("{:.0f} s: {} runs, {:.0f} executions a second, {:.0f} % in references, {} findings\n", s.seconds,
                             s.tally.runs, double(s.tally.executions) / s.seconds, 100 * s.oracle_share(), s.findings.size()));
}

void FuzzScreen::draw(const fuzz::Summary& s) {
  const Size size = terminal_size();
  std::vector<Line> lines = lines_of(s, size.columns);
  // The line below the last one has the cursor.
  if (lines.size() >= size.rows) lines.resize(std::max<std::size_t>(size.rows, 2) - 1);
  std::string text;
  // Resizing wraps what was drawn, each terminal in its own way: where the first line is now is not known.
  if (lines_ != 0 && size != size_) text += "\x1b[H\x1b[2J";
  else if (lines_ != 0) text += fmt::format("\x1b[{}A", lines_);
  for (const Line& line : lines) {
    const bool colours = coloured_ && line.colour != Colour::none;
    text += "\x1b[2K";  // before the text: behind a full line it would take the last character
    if (colours) text += fmt::format("\x1b[{}m", int(line.colour));
    text += clipped(line.text, size.columns);
    text += colours ? "\x1b[0m\n" : "\n";
  }
  text += "\x1b[J";
  size_ = size;
  lines_ = lines.size();
  write_progress(text);
}

void FuzzScreen::leave() {
  if (lines_ != 0) write_progress("\n");
  lines_ = 0;
}

}  // namespace diptych::cli
