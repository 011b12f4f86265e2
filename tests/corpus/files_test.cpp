#include "corpus/files.hpp"

#include "corpus/parse.hpp"
#include "tests/catch.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>
#include <fstream>

using namespace diptych;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "corpus-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    fs::permissions(path_, fs::perms::all);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  fs::path operator/(std::string_view name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

  fs::path put(std::string_view name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

// Permissions do not bind root.
class Unprivileged {
 public:
  Unprivileged() {
    if (::geteuid() == 0) dropped_ = ::seteuid(65534) == 0;
  }
  ~Unprivileged() {
    if (dropped_) (void)!::seteuid(0);
  }

 private:
  bool dropped_ = false;
};

Case small() {
  return parse_case("case 1\nguest riscv64\nwhy small\ncode 0x10000\n  4501\nbudget 1\n", "small.case").value();
}

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a case is written and read") {
  Folder folder;
  const fs::path path = folder / "a.case";
  REQUIRE(write_case(path, small()));
  CHECK(read_case(path).value() == small());
  Case other = small();
  other.why = "other";
  REQUIRE(write_case(path, other, [](u64, auto) { return Disassembled{2, "c.li a0, 0"}; }));
  CHECK(read_case(path).value() == other);
  CHECK(slurp(path).find("  4501        c.li a0, 0\n") != std::string::npos);
  // Nothing is left beside it, and anybody may read it whom the umask lets.
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  const mode_t mask = ::umask(022);
  REQUIRE(write_case(path, other));
  ::umask(mask);
  CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms(0644));
}

TEST_CASE("a name without a folder means the current one") {
  Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  CHECK(write_case("plain.case", small()));
  CHECK(read_case("plain.case").value() == small());
  fs::current_path(before);
}

TEST_CASE("what cannot be read is said in one sentence") {
  Folder folder;
  CHECK(read_case(folder / "none.case").error().message ==
        "cannot open " + (folder / "none.case").string() + ": No such file or directory");
  CHECK(read_case(folder / "none.case").error().kind == ErrorKind::environment);
  CHECK(read_case(folder.path()).error().message == folder.path().string() + " is a directory, not a case");
  CHECK(read_case(folder.path()).error().kind == ErrorKind::bad_input);
  const fs::path large = folder.put("large.case", std::string(largest_case_text + 1, '#'));
  CHECK(read_case(large).error().message == large.string() + " is larger than a case can be, 4194304 bytes");
  CHECK(read_case("/dev/zero").error().message == "/dev/zero is not a regular file");
  REQUIRE(::mkfifo((folder / "pipe.case").c_str(), 0666) == 0);
  CHECK(read_case(folder / "pipe.case").error().message == (folder / "pipe.case").string() + " is not a regular file");
  fs::create_symlink("loop.case", folder / "loop.case");
  CHECK(read_case(folder / "loop.case").error().message ==
        "cannot open " + (folder / "loop.case").string() + ": Too many levels of symbolic links");
  const fs::path broken = folder.put("bro\nken.case", "case 1\nguest vax\n");
  CHECK(read_case(broken).error().message == (folder / "bro\\x0aken.case").string() + ":2:7: \"vax\" is not a guest");
  CHECK(read_case(folder.put("empty.case", "")).error().message ==
        (folder / "empty.case").string() + ":1:1: expected \"case 1\" and found nothing");
  const fs::path secret = folder.put("secret.case", "case 1\n");
  fs::permissions(secret, fs::perms::none);
  Unprivileged here;
  CHECK(read_case(secret).error().message == "cannot open " + secret.string() + ": Permission denied");
}

TEST_CASE("what cannot be written leaves everything as it was") {
  Folder folder;
  CHECK(write_case(folder / "no/a.case", small()).error().message ==
        "cannot write " + (folder / "no/a.case").string() + ": No such file or directory");
  fs::create_directory(folder / "d.case");
  CHECK(write_case(folder / "d.case", small()).error().message ==
        "cannot write " + (folder / "d.case").string() + ": Is a directory");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  Case large = small();
  large.program.code.assign(std::size_t{1} << 20, 0x01);
  const fs::path path = folder.put("kept.case", "kept");
  auto wordy = [](u64, auto) { return Disassembled{2, "lui a0, 0x12345"}; };
  const std::string message = write_case(path, large, wordy).error().message;
  CHECK(message.starts_with("the case for " + path.string() + " would be a text of "));
  CHECK(slurp(path) == "kept");
}

TEST_CASE("a write that fails half-way keeps the old text") {
  Folder folder;
  const fs::path path = folder.put("kept.case", "kept");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  auto* handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit tight = before;
  tight.rlim_cur = 10;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
  const auto written = write_case(path, small());
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(written);
  CHECK(written.error().message == "cannot write " + path.string() + ": File too large");
  CHECK(slurp(path) == "kept");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("cases are listed from below a folder, sorted") {
  Folder folder;
  folder.put("b/2.case", "");
  folder.put("b/1.case", "");
  folder.put("b/c/3.case", "");
  folder.put("a.case", "");
  folder.put("notes.txt", "");
  folder.put("b/.writing-1-0", "");
  fs::create_directory(folder / "folder.case");
  fs::create_directory_symlink("..", folder / "b/up");
  fs::create_directory_symlink("..", folder / "b/up.case");
  fs::create_symlink("self.case", folder / "self.case");
  fs::create_symlink("a.case", folder / "z.case");
  const std::vector<fs::path> expected = {folder / "a.case",     folder / "b/1.case",  folder / "b/2.case",
                                          folder / "b/c/3.case", folder / "self.case", folder / "z.case"};
  CHECK(list_cases(folder.path()).value() == expected);
}

TEST_CASE("a folder that cannot be listed is an error") {
  Folder folder;
  CHECK(list_cases(folder / "none").error().message ==
        "cannot list " + (folder / "none").string() + ": No such file or directory");
  CHECK(list_cases(folder.put("a.case", "")).error().message ==
        "cannot list " + (folder / "a.case").string() + ": Not a directory");
  fs::create_directory(folder / "closed");
  fs::permissions(folder / "closed", fs::perms::none);
  Unprivileged here;
  CHECK(list_cases(folder.path()).error().message ==
        "cannot list " + (folder / "closed").string() + ": Permission denied");
}
