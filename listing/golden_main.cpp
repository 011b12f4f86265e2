// Writes the golden files into a directory.
#include "listing/golden.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "diptych-golden: name the directory to write to\n");
    return 2;
  }
  const auto files = diptych::listing::golden_files();
  if (!files) {
    fmt::print(stderr, "diptych-golden: {}\n", files.error().message);
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  for (const auto& file : *files) {
    std::ofstream out(directory / file.name, std::ios::binary);
    out << file.text();
    if (!out.flush()) {
      fmt::print(stderr, "diptych-golden: {} cannot be written\n", (directory / file.name).string());
      return 2;
    }
  }
  return 0;
}
