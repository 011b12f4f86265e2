#include "fuzz/worker/corpus_writer.hpp"

#include "corpus/files.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <system_error>

namespace diptych::fuzz {
namespace {

namespace fs = std::filesystem;

// The corpus may lie on another file system than the session's folder.
Result<void> copy_whole(const fs::path& from, const fs::path& to) {
  std::ifstream file(from, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return write_atomically(to, bytes.view());
}

}  // namespace

Result<CorpusWriter> CorpusWriter::create(fs::path pending, fs::path corpus) {
  std::error_code error;
  fs::remove_all(pending, error);
  fs::create_directories(pending, error);
  if (error) return fail(ErrorKind::environment, fmt::format("{}: {}", pending.string(), error.message()));
  return CorpusWriter(std::move(pending), std::move(corpus));
}

Result<void> CorpusWriter::move_files() {
  Result<void> moved;
  std::error_code error;
  for (fs::directory_iterator file(pending_, error), end; !error && file != end; file.increment(error)) {
    const fs::path to = corpus_ / file->path().filename();
    std::error_code refused;
    fs::rename(file->path(), to, refused);
    Result<void> kept;
    if (refused == std::errc::cross_device_link) kept = copy_whole(file->path(), to);
    else if (refused) kept = fail(ErrorKind::environment, fmt::format("cannot write {}: {}", to.string(), refused.message()));
    std::error_code gone;
    fs::remove(file->path(), gone);
    if (!kept && !failed_) {
      failed_ = true;
      moved = std::move(kept);
    }
  }
  return moved;
}

}  // namespace diptych::fuzz
