#include "tests/faults/plant.hpp"

#include "tests/faults/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace diptych::faults {
namespace {

namespace fs = std::filesystem;

struct Place {
  std::size_t begin, end;
  const Fault* fault;
  const Edit* edit;
};

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The word `planted` becomes the question whether this fault is on.
std::string switched(std::string_view text, const std::string& name) {
  constexpr std::string_view word = "planted";
  std::string made;
  while (!text.empty()) {
    const bool whole = text.starts_with(word) && (made.empty() || !in_word(made.back())) &&
                       (text.size() == word.size() || !in_word(text[word.size()]));
    made += whole ? fmt::format("::planting::planted(\"{}\")", name) : std::string(1, text.front());
    text.remove_prefix(whole ? word.size() : 1);
  }
  return made;
}

// Below the root, what is copied: all but what builds and runs leave behind.
Result<std::vector<fs::path>> source_files(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(root, error); !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const fs::path path = fs::relative(at->path(), root);
    if (path == "build" || path == ".git" || path == "reports/out") at.disable_recursion_pending();
    else if (at->is_regular_file()) files.push_back(path);
  }
  if (error) return fail(ErrorKind::environment, fmt::format("{}: {}", root.string(), error.message()));
  return files;
}

Result<void> write_if_other(const fs::path& path, const std::string& text) {
  if (const Result<std::string> before = read_file(path); before && *before == text) return {};
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return fail(ErrorKind::environment, fmt::format("{} cannot be written", path.string()));
  return {};
}

}  // namespace

Result<std::string> with_faults(std::string_view source, const std::string& file, const std::vector<Fault>& faults) {
  std::vector<Place> places;
  for (const Fault& fault : faults)
    for (const Edit& edit : fault.edits) {
      if (edit.file != file) continue;
      const std::size_t at = source.find(edit.text);
      const auto wrong = [&](std::string_view how) {
        return fail(ErrorKind::bad_input, fmt::format("{}.txt: the text of {} stands {} in {}: {}", fault.group, fault.name, how, file, edit.text));
      };
      if (at == std::string_view::npos) return wrong("nowhere");
      if (source.find(edit.text, at + 1) != std::string_view::npos) return wrong("more than once");
      places.push_back({at, at + edit.text.size(), &fault, &edit});
    }
  std::ranges::sort(places, {}, &Place::begin);
  std::string made;
  std::size_t done = 0;
  const Fault* before = nullptr;
  for (const Place& place : places) {
    if (place.begin < done)
      return fail(ErrorKind::bad_input, fmt::format("{} and {} change the same text of {}", before->name, place.fault->name, file));
    made += source.substr(done, place.begin - done);
    made += switched(place.edit->replacement, place.fault->name);
    done = place.end;
    before = place.fault;
  }
  made += source.substr(done);
  return made;
}

Result<void> check(const std::vector<Fault>& faults, const fs::path& root) {
  std::set<std::string> files;
  for (const Fault& fault : faults)
    for (const Edit& edit : fault.edits) files.insert(edit.file);
  for (const std::string& file : files) {
    const Result<std::string> source = read_file(root / file);
    if (!source) return std::unexpected(source.error());
    if (auto made = with_faults(*source, file, faults); !made) return std::unexpected(std::move(made).error());
  }
  return {};
}

Result<void> plant(const std::vector<Fault>& faults, const fs::path& root, const fs::path& tree) {
  if (auto checked = check(faults, root); !checked) return checked;
  const Result<std::vector<fs::path>> files = source_files(root);
  if (!files) return std::unexpected(files.error());
  for (const fs::path& file : *files) {
    const Result<std::string> source = read_file(root / file);
    if (!source) return std::unexpected(source.error());
    const Result<std::string> made = with_faults(*source, file.string(), faults);
    if (!made) return std::unexpected(made.error());
    if (auto written = write_if_other(tree / file, *made); !written) return written;
    std::error_code ignored;
    fs::permissions(tree / file, fs::status(root / file).permissions(), ignored);
  }
  // What the source does not have any more.
  const Result<std::vector<fs::path>> copied = source_files(tree);
  if (!copied) return std::unexpected(copied.error());
  const std::set<fs::path> wanted(files->begin(), files->end());
  for (const fs::path& file : *copied) {
    std::error_code ignored;
    if (!wanted.contains(file)) fs::remove(tree / file, ignored);
  }
  return {};
}

}  // namespace diptych::faults
