#include "cli/case_files.hpp"

#include "corpus/files.hpp"
#include "fuzz/generate/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace diptych::cli {
namespace {

namespace fs = std::filesystem;

// As many bytes as a block can have and one more, or fewer. Only of regular files: a pipe would have to be waited for.
std::vector<u8> start_of(const fs::path& path, std::size_t size) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return {};
  std::vector<u8> bytes(size);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), std::streamsize(size));
  bytes.resize(std::size_t(file.gcount()));
  return bytes;
}

std::vector<fs::path> list_blocks(const fs::path& directory) {
  std::vector<fs::path> blocks;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() != ".case" && fuzz::is_encoded(start_of(entry->path(), 2))) blocks.push_back(entry->path());
  return blocks;
}

}  // namespace

Result<std::vector<fs::path>> case_files(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return std::vector{path};
  auto files = list_cases(path);
  if (!files) return files;
  std::ranges::move(list_blocks(path), std::back_inserter(*files));
  std::ranges::sort(*files);
  if (files->empty()) return fail(ErrorKind::bad_input, fmt::format("{} holds no cases", path.string()));
  return files;
}

Result<std::vector<NamedCase>> read_cases(const fs::path& file) {
  std::vector<NamedCase> cases;
  const std::vector<u8> bytes = start_of(file, fuzz::largest_encoding + 1);
  fuzz::Block block;
  if (!fuzz::is_encoded(bytes) || bytes.size() > fuzz::largest_encoding || !fuzz::decode(bytes, block)) {
    Result<Case> some = read_case(file);
    if (!some) return std::unexpected(std::move(some).error());
    cases.push_back({file.string(), std::move(*some)});
    return cases;
  }
  std::vector<Input> inputs;
  fuzz::inputs_of(block, fuzz::inputs_per_block, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Case some;
    some.program = block.program;
    // As the fuzzer runs them: each after those before it.
    some.earlier.assign(inputs.begin(), inputs.begin() + std::ptrdiff_t(i));
    some.input = inputs[i];
    some.budget = block.budget;
    cases.push_back({fmt::format("{} (input {})", file.string(), i), std::move(some)});
  }
  return cases;
}

}  // namespace diptych::cli
