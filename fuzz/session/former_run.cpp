#include "fuzz/session/former_run.hpp"

#include <fmt/format.h>

#include <vector>

namespace diptych::fuzz {
namespace {

namespace fs = std::filesystem;

bool holds_something(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored) && !fs::is_empty(path, ignored);
}

std::vector<fs::path> belongings(const fs::path& out) {
  std::vector<fs::path> all;
  for (const char* name : {"findings", "casualties", "summary.json", "summary.txt"})
    if (holds_something(out / name)) all.emplace_back(name);
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(out / "raw", ignored))
    if (entry.path().extension() == ".done" || entry.path().extension() == ".gone") all.push_back("raw" / entry.path().filename());
  return all;
}

}  // namespace

Result<void> set_aside_former_run(const fs::path& out) {
  const std::vector<fs::path> all = belongings(out);
  if (all.empty()) return {};
  std::error_code error;
  std::size_t number = 1;
  while (fs::exists(out / "former" / std::to_string(number), error)) ++number;
  const fs::path former = out / "former" / std::to_string(number);
  for (const fs::path& one : all) {
    fs::create_directories((former / one).parent_path(), error);
    if (!error) fs::rename(out / one, former / one, error);
    if (error) return fail(ErrorKind::environment, fmt::format("moving {} to {}: {}", (out / one).string(), (former / one).string(), error.message()));
  }
  fs::create_directories(out / "findings", error);
  return {};
}

}  // namespace diptych::fuzz
