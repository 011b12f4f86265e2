#include "corpus/files.hpp"

#include "corpus/parse.hpp"
#include "corpus/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

namespace diptych {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

  /// False where closing is what tells that writing failed.
  bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

std::string shown(const fs::path& path) { return escaped(path.native()); }

// The reason is errno's, so nothing may come between the failing call and this.
std::unexpected<Error> refused(std::string_view doing, const fs::path& path) {
  const std::string reason = std::generic_category().message(errno);
  return fail(ErrorKind::environment, fmt::format("{} {}: {}", doing, shown(path), reason));
}

Result<std::string> read_text(const fs::path& path) {
  // Not blocking, or opening a pipe would wait for somebody to write.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return refused("cannot open", path);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return refused("cannot read", path);
  if (S_ISDIR(status.st_mode))
    return fail(ErrorKind::bad_input, fmt::format("{} is a directory, not a case", shown(path)));
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::bad_input, fmt::format("{} is not a regular file", shown(path)));
  // One byte more than is allowed: the file may grow while it is read.
  std::string text(std::min(std::size_t(status.st_size), largest_case_text) + 1, '\0');
  std::size_t size = 0;
  while (size <= largest_case_text) {
    if (size == text.size()) text.resize(std::min(size * 2, largest_case_text + 1));
    const ssize_t got = ::read(file.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused("cannot read", path);
    if (got == 0) break;
    size += std::size_t(got);
  }
  if (size > largest_case_text)
    return fail(ErrorKind::bad_input,
                fmt::format("{} is larger than a case can be, {} bytes", shown(path), largest_case_text));
  text.resize(size);
  return text;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(descriptor, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(std::size_t(put));
  }
  return true;
}

// Not ending in .case, so that what a kill leaves behind is never taken for one.
fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> count{0};
  return path.parent_path() / fmt::format(".writing-{}-{}", ::getpid(), count++);
}

}  // namespace

Result<Case> read_case(const fs::path& path) {
  auto text = read_text(path);
  if (!text) return std::unexpected(std::move(text).error());
  return parse_case(*text, path.native());
}

Result<void> write_atomically(const fs::path& path, std::string_view text) {
  fs::path temporary;
  int opened = -1;
  // A name may be left over from a process killed long ago that had this one's number.
  for (int tries = 0; opened < 0 && tries < 1000; ++tries) {
    temporary = temporary_beside(path);
    opened = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (opened < 0 && errno != EEXIST) return refused("cannot write", path);
  }
  if (opened < 0) return refused("cannot write", path);
  Descriptor file(opened);
  if (!write_all(opened, text) || ::fsync(opened) != 0 || !file.close() ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    auto error = refused("cannot write", path);
    ::unlink(temporary.c_str());
    return error;
  }
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems do not sync directories; the name is in place all the same.
  if (!directory || (::fsync(directory.number()) != 0 && errno != EINVAL && errno != EROFS))
    return refused("cannot make lasting", path);
  return {};
}

Result<void> write_case(const fs::path& path, const Case& some, const Disassemble& disassemble) {
  const std::string text = print_case(some, disassemble);
  if (text.size() > largest_case_text)
    return fail(ErrorKind::bad_input,
                fmt::format("the case for {} would be a text of {} bytes, and at most {} are read", shown(path),
                            text.size(), largest_case_text));
  return write_atomically(path, text);
}

Result<std::vector<fs::path>> list_cases(const fs::path& directory) {
  std::vector<fs::path> cases;
  std::vector<fs::path> waiting{directory};
  while (!waiting.empty()) {
    const fs::path here = std::move(waiting.back());
    waiting.pop_back();
    std::error_code error;
    for (fs::directory_iterator entry(here, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code unknown;  // what cannot be asked is no directory; reading it will say what it is
      const bool is_directory = fs::is_directory(entry->symlink_status(unknown));
      if (is_directory)
        waiting.push_back(entry->path());
      else if (entry->path().extension() == ".case" && !entry->is_directory(unknown))
        cases.push_back(entry->path());
    }
    if (error) return fail(ErrorKind::environment, fmt::format("cannot list {}: {}", shown(here), error.message()));
  }
  std::ranges::sort(cases);
  return cases;
}

}  // namespace diptych
