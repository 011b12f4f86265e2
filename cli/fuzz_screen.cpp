#include "cli/fuzz_screen.hpp"

#include "cli/output.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unistd.h>

namespace diptych::cli {
namespace {

// A log is read later: a line now and then is enough.
constexpr auto between_lines = std::chrono::seconds(10);

std::string bar(double share, std::size_t width) {
  const std::size_t full = std::size_t(std::clamp(share, 0.0, 1.0) * double(width));
  std::string text;
  for (std::size_t i = 0; i < width; ++i) text += i < full ? "#" : ".";
  return text;
}

double progress(const fuzz::Summary& s) {
  if (s.configuration.runs) return double(s.tally.runs) / double(s.configuration.runs);
  if (s.configuration.seconds > 0) return s.seconds / s.configuration.seconds;
  return 0;
}

}  // namespace

// Standard output may be a file of JSON; the screen is standard error's.
FuzzScreen::FuzzScreen() : terminal_(isatty(STDERR_FILENO)) {}

void FuzzScreen::show(const fuzz::Summary& s) {
  if (terminal_) return draw(s);
  if (Clock::now() - said_ < between_lines) return;
  said_ = Clock::now();
  write_progress(fmt::format("{:.0f} s: {} runs, {:.0f} executions a second, {:.0f} % in references, {} findings\n", s.seconds,
                             s.tally.runs, double(s.tally.executions) / s.seconds, 100 * s.oracle_share(), s.findings.size()));
}

void FuzzScreen::draw(const fuzz::Summary& s) {
  std::string text;
  std::size_t lines = 0;
  auto line = [&]<class... T>(fmt::format_string<T...> format, T&&... values) {
    text += "\x1b[2K" + fmt::format(format, std::forward<T>(values)...) + "\n";
    ++lines;
  };
  line("diptych fuzz  {} against {}  on {}  seed {}", s.configuration.subjects, s.configuration.oracles,
       name_of(s.configuration.guest), s.configuration.seed);
  line("[{}] {:.0f} s", bar(progress(s), 50), s.seconds);
  line("  runs {:>12}   executions a second {:>9.0f}   outside references {:>5.2f} times inside", s.tally.runs,
       double(s.tally.executions) / std::max(s.seconds, 0.001), s.outside_ratio());
  line("  blocks {:>10}   state compared {:>12.2f} %   looked into {:>5}", s.blocks, 100 * s.compared_share(), s.tally.reruns);
  for (std::size_t i = 0; i < s.machines.size(); ++i) {
    const MachineTally& m = s.tally.machines[i];
    line("  {:<12} {:>7.1f} s   compared {:>10}   known quirks {:>10}   left open {:>6}", s.machines[i].name,
         s.machines[i].seconds, m.compared, m.quirk, m.open);
  }
  line("  findings {}", s.findings.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(s.findings.size(), 8); ++i)
    line("    {:<28} {:>8} times  {}", s.findings[i].signature, s.findings[i].count, s.findings[i].instruction);
  for (; lines < lines_;) line("");
  if (drawn_) write_progress(fmt::format("\x1b[{}A", lines_));
  lines_ = lines;
  drawn_ = true;
  write_progress(text);
}

void FuzzScreen::leave() {
  if (drawn_) write_progress("\n");
  drawn_ = false;
}

}  // namespace diptych::cli
