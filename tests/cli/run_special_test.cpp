// run: the devices and the part of /proc that are there without a grant.
#include "tests/cli/program.hpp"

using namespace diptych::cli_test;

TEST_CASE("a few devices and /proc/self are there without a grant") {
  const std::string expected =
      "null: done\n"
      "null gives 0\n"
      "zero gives 8, 0\n"
      "full: No space left on device\n"
      "urandom gives 16\n"
      "random gives 16\n"
      "/dev/null is a device\n"
      "/dev/zero is a device\n"
      "/dev/full is a device\n"
      "/dev/random is a device\n"
      "/dev/urandom is a device\n"
      "/dev/tty is a device\n"
      "fchmod: Operation not permitted\n"
      "chmod: Permission denied\n"
      "unlink: Permission denied\n"
      "mem: Permission denied\n"
      "create: Permission denied\n"
      "out of /dev: Permission denied\n"
      "beneath a device: Permission denied\n"
      "back: done\n"
      "/dev: . .. fd full null random stderr stdin stdout tty urandom zero\n"
      "/proc/self: . .. cmdline exe fd maps status\n"
      "/proc: . .. self\n"
      "/dev/fd: text\n"
      "its link ends in /file\n"
      "it is a link\n"
      "it leads to 4 bytes\n"
      "a closed one: No such file or directory\n"
      "listed 1 times, and again from the beginning\n"
      "relative: done\n"
      "exe is a program\n"
      "writing exe: Text file busy\n"
      "/proc/self/exe -> special\n"
      "/dev/fd -> /proc/self/fd\n"
      "/dev/stdin -> /proc/self/fd/0\n"
      "/proc/self/maps -> Invalid argument\n"
      "cmdline begins with its name\n"
      "/proc/self/maps has \"[stack]\"\n"
      "/proc/self/maps has \"[heap]\"\n"
      "/proc/self/maps has \" r-xp \"\n"
      "/proc/self/maps has \"/special\n"
      "\"\n"
      "/proc/self/status has \"Name:\tspecial\n"
      "\"\n"
      "/proc/self/status has \"Threads:\t1\n"
      "\"\n"
      "writing status: Permission denied\n"
      "environ: Permission denied\n"
      "access: done\n"
      "status is read only: Operation not permitted\n"
      "another process: Permission denied\n";
  const Folder folder;
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--root", folder / ""}, {"--dir", folder / ""}}) {
    std::vector<std::string> line{command, "run"};
    line.insert(line.end(), options.begin(), options.end());
    line.push_back(guest("special"));
    std::string out = Program(line, folder / "").wait().out;
    // What lies outside is not refused but missing where the guest's / is another.
    if (!options.empty() && options.front() == "--root")
      for (const char* what : {"mem", "create", "chmod", "unlink", "out of /dev", "beneath a device", "environ", "another process"}) {
        const std::string missing = "\n" + std::string(what) + ": No such file or directory\n";
        if (const std::size_t at = out.find(missing); at != std::string::npos) out.replace(at, missing.size(), "\n" + std::string(what) + ": Permission denied\n");
      }
    CHECK(out == expected);
  }
}
