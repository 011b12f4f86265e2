// run: what a hostile guest cannot do. Each test is named in docs/running-programs.md.
#include "tests/cli/program.hpp"

#include <sys/stat.h>

using namespace diptych::cli_test;

namespace {

/// A grant with a file "own" and a set-id file "theirs" in it, and a file and a directory beside it.
struct World {
  Folder folder;
  std::string grant, file, directory;

  World() : grant(folder / "grant"), file(folder.put("file", "kept\n")), directory(folder / "directory") {
    folder.put("grant/own", "own\n");
    ::chmod(folder.put("grant/theirs", "theirs\n").c_str(), 04755);
    folder.put("directory/file", "kept\n");
    ::chmod(file.c_str(), 0640);
  }

  /// What the guest says it reached.
  std::string reached(const std::string& way, const std::string& input = "/dev/null", int flags = O_RDONLY, std::vector<std::string> options = {}) const {
    std::vector<std::string> line{command, "run"};
    line.insert(line.end(), options.begin(), options.end());
    line.insert(line.end(), {guest("hostile"), way});
    const Finished finished = Program(line, grant, "", input, flags).wait();
    CHECK(finished.err == "");
    return finished.out;
  }
};

struct stat status_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

}  // namespace

TEST_CASE("an inherited descriptor gives reading, writing and seeking, nothing else") {
  const World world;
  const struct stat before = status_of(world.file);
  CHECK(world.reached("inherited", world.file) == "nothing\n");
  // Opened for both, it may be written as well, and no more.
  CHECK(world.reached("inherited", world.file, O_RDWR) == "writing succeeded\nwriting by /proc succeeded\n");
  const struct stat after = status_of(world.file);
  CHECK(after.st_mode == before.st_mode);
  CHECK(after.st_uid == before.st_uid);
  CHECK(after.st_size == before.st_size);
  CHECK(after.st_mtim.tv_sec >= before.st_mtim.tv_sec);  // not the 1970 it asked for
  CHECK(after.st_nlink == 1);
  CHECK(slurp(world.file) == "nopt\n");
}

TEST_CASE("an inherited file opened to append is only appended to") {
  const World world;
  CHECK(world.reached("inherited", world.file, O_RDWR | O_APPEND) == "writing succeeded\nwriting by /proc succeeded\n");
  CHECK(slurp(world.file) == "kept\nno");
}

TEST_CASE("an inherited descriptor's O_NONBLOCK stays the guest's own") {
  const World world;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "text", 4) == 4);
  // The guest takes the very description, not one opened anew.
  const std::string shell = command + " run " + guest("hostile") + " nonblocking <&" + std::to_string(ends[0]);
  const Finished finished = Program({"/bin/sh", "-c", shell}, world.grant).wait();
  CHECK(finished.out == "text\nResource temporarily unavailable\nnothing\n");
  CHECK((::fcntl(ends[0], F_GETFL) & O_NONBLOCK) == 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("an inherited directory is no grant") {
  const World world;
  CHECK(world.reached("directory", world.directory, O_RDONLY | O_DIRECTORY) == "nothing\n");
  CHECK(slurp(world.directory + "/file") == "kept\n");
  CHECK(std::distance(fs::directory_iterator(world.directory), {}) == 1);
}

TEST_CASE("the guest leaves no set-id file in its grant") {
  const World world;
  CHECK(world.reached("set-id") == "nothing\n");
  CHECK(slurp(world.grant + "/theirs") == "theirs\n");
  for (const auto& entry : fs::directory_iterator(world.grant))
    if (entry.path().filename() != "theirs") CHECK((status_of(entry.path()).st_mode & (S_ISUID | S_ISGID)) == 0);
}

TEST_CASE("the guest leaves no device in its grant") {
  const World world;
  CHECK(world.reached("device") == "nothing\n");
  for (const auto& entry : fs::directory_iterator(world.grant)) {
    const mode_t mode = status_of(entry.path()).st_mode;
    CHECK(!S_ISCHR(mode));
    CHECK(!S_ISBLK(mode));
  }
}

TEST_CASE("the guest changes no owner in its grant") {
  const World world;
  const struct stat before = status_of(world.grant + "/own");
  CHECK(world.reached("owner") == "nothing\n");
  const struct stat after = status_of(world.grant + "/own");
  CHECK(after.st_uid == before.st_uid);
  CHECK(after.st_gid == before.st_gid);
}

TEST_CASE("the guest learns and changes nothing of other processes") {
  const World world;
  CHECK(world.reached("others") == "nothing\n");
}

TEST_CASE("the host's /proc is granted by no directory") {
  const World world;
  CHECK(world.reached("magic", "/dev/null", O_RDONLY, {"--root", "/"}) == "nothing\n");
  CHECK(world.reached("magic", "/dev/null", O_RDONLY, {"--dir", "/"}) == "nothing\n");
}
