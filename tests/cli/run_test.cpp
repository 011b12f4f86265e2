// run: real programs, held against qemu running the same ones.
#include "tests/cli/program.hpp"

#include <nlohmann/json.hpp>

#include <random>

using namespace diptych::cli_test;

namespace {

/// Without the sentence that each says in its own words about a program that a signal ended.
std::string without_epilogue(const std::string& err, std::string_view beginning) {
  std::string kept;
  for (std::size_t at = 0; at < err.size();) {
    const std::size_t end = std::min(err.find('\n', at), err.size() - 1) + 1;
    const std::string line = err.substr(at, end - at);
    if (!line.starts_with(beginning)) kept += line;
    at = end;
  }
  return kept;
}

void require_as_qemu(std::vector<std::string> line, std::string_view input = "") {
  line.front() = (guests / line.front()).string();
  const Folder ours, theirs;
  std::vector<std::string> there{"qemu-riscv64"};
  there.insert(there.end(), line.begin(), line.end());
  const Finished reference = Program(there, theirs / "", input).wait();
  for (const char* tier : {"interp", "baseline"}) {
    std::vector<std::string> here{command, "run", "--tier", tier};
    here.insert(here.end(), line.begin(), line.end());
    const Finished subject = Program(here, ours / "", input).wait();
    std::string words;
    for (const std::string& word : line) words += " <" + word.substr(0, 40) + ">";
    INFO("by " << tier << words.substr(0, 400));
    CHECK(subject.out == reference.out);
    CHECK(without_epilogue(subject.err, "diptych: ") == without_epilogue(reference.err, "qemu: "));
    CHECK(subject.exit == reference.exit);
    CHECK(reference.by_signal == (subject.err.find("was ended by SIG") != std::string::npos));
  }
}

}  // namespace

TEST_CASE("a program gets its arguments, environment and input, and gives its output and status") {
  require_as_qemu({"hello"});
  require_as_qemu({"hello", "3", "with a space", "", "--strace", "--", "-x", "\xff\x80"});
  require_as_qemu({"hello", "255"}, "two\nlines of input\n");
  require_as_qemu({"hello", "256"});
  require_as_qemu({"hello", std::string(100'000, 'x')});
  std::vector<std::string> many(3000, "argument");
  many.front() = "hello";
  require_as_qemu(many);
}

TEST_CASE("a static PIE is a program like any other") {
  require_as_qemu({"bare", "one", "two"});
  require_as_qemu({"bare-pie", "one", "two"});
}

TEST_CASE("the C++ library works, exceptions through frames of signals included") {
  require_as_qemu({"library"});
  require_as_qemu({"unwind"});
  require_as_qemu({"uncaught"});
  require_as_qemu({"recursion"});
}

TEST_CASE("files, mappings and clocks are what they are natively") {
  require_as_qemu({"files"});
  require_as_qemu({"memory"});
  require_as_qemu({"machine"});
}

TEST_CASE("signals reach their handlers, which may change what goes on") {
  for (const char* way : {"jump", "pc", "pending", "nested", "stack", "timers", "floating"}) require_as_qemu({"signals", way});
}

TEST_CASE("a signal that nobody handles ends the program") {
  for (const char* way : {"overflow", "abort", "null", "illegal", "breakpoint", "pipe"}) require_as_qemu({"signals", way});
  for (const int number : {SIGTERM, SIGFPE, SIGUSR1, SIGKILL, SIGCHLD, SIGWINCH}) require_as_qemu({"signals", "raise", std::to_string(number)});
}

TEST_CASE("signals sent to the command are the program's") {
  const Folder folder;
  {
    Program handled({command, "run", guest("signals"), "wait"}, folder / "");
    REQUIRE(within(std::chrono::seconds(30), [&] { return handled.out_so_far() == "waiting\n"; }));
    handled.signal_with(SIGINT);
    const Finished finished = handled.wait();
    CHECK(finished.exit == 0);
    CHECK(finished.out == "waiting\nhandled 2, sent 0, by somebody\nwaited\n");
  }
  for (const auto& [tier, way] : {std::pair{"interp", "wait"}, {"interp", "spin"}, {"baseline", "spin"}}) {
    Program ended({command, "run", "--tier", tier, guest("signals"), way}, folder / "");
    REQUIRE(within(std::chrono::seconds(30), [&] { return ended.out_so_far().ends_with("ing\n"); }));
    ended.signal_with(SIGTERM);
    const Finished finished = ended.wait();
    CHECK(finished.exit == 128 + SIGTERM);
    CHECK(finished.err == "diptych: " + guest("signals") + " was ended by SIGTERM\n");
  }
}

TEST_CASE("no path leads out of what is granted") {
  const Folder folder;
  const std::string secret = folder.put("outside/secret", "kept");
  fs::create_directories(folder / "granted/inner");
  folder.put("granted/file", "open");
  folder.put("granted/own", "own");
  fs::create_symlink("../outside/secret", folder / "granted/relative");
  fs::create_symlink(secret, folder / "granted/absolute");
  fs::create_directory_symlink("../outside", folder / "granted/directory");
  fs::create_directory_symlink("../../granted/directory", folder / "granted/inner/chain");
  const std::string granted = folder / "granted";
  const std::vector<std::string> paths = {secret, "../outside/secret", "relative", "absolute", "directory/secret", "inner/chain/secret",
                                          "inner/../../outside/secret", granted + "/../outside/secret", "directory/new", "directory/", ".."};
  auto unharmed = [&] {
    CHECK(slurp(secret) == "kept");
    CHECK(fs::exists(folder / "outside/secret"));
    CHECK(!fs::exists(folder / "outside/new"));
    CHECK(std::distance(fs::directory_iterator(folder / "outside"), {}) == 1);
  };
  // A link itself lies within and may be renamed or removed, so each path is tried in a world of its own.
  for (const std::string& path : paths) {
    INFO(path);
    const Folder world;
    fs::copy(granted, world / "granted", fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    fs::create_directories(world / "outside");
    world.put("outside/secret", "kept");
    const bool is_link = path == "relative" || path == "absolute";
    const Finished finished = Program({command, "run", guest("outside"), path}, world / "granted").wait();
    CHECK(finished.exit != -1);
    if (!is_link) CHECK(finished.exit == 0);
    for (const char* way : {"open", "write", "create", "stat", "access", "chdir", "truncate", "chmod", "utimensat"})
      CHECK(("\n" + finished.out).find("\n" + std::string(way) + " reached") == std::string::npos);
    CHECK(slurp(world / "outside/secret") == "kept");
    CHECK(std::distance(fs::directory_iterator(world / "outside"), {}) == 1);
    unharmed();
  }
  // What belongs to the host is only read, should the walls not hold.
  for (const char* path : {"/etc/passwd", "//etc//passwd", "./../../../../../../etc/passwd", "/proc/self/root/etc/passwd", "/proc/self/cwd/file", "/", "/.."}) {
    INFO(path);
    CHECK(Program({command, "run", guest("show"), path}, granted).wait().out == "Permission denied\n");
  }
  const Finished refused = Program({command, "run", "--strace", guest("show"), "/etc/passwd"}, granted).wait();
  CHECK(refused.err.find("openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY) = -1 EACCES (Permission denied) [outside of what --root and --dir grant]") !=
        std::string::npos);
}

TEST_CASE("--dir grants directories under their own paths, --root one as /") {
  const Folder folder;
  folder.put("one/a", "a");
  folder.put("two/b", "b");
  folder.put("tree/etc/passwd", "the guest's");
  fs::create_directories(folder / "tree/deep");
  fs::create_symlink("/etc/passwd", folder / "tree/deep/link");
  const std::string one = folder / "one", two = folder / "two", tree = folder / "tree";
  auto shown = [&](std::vector<std::string> options, const std::string& path) {
    std::vector<std::string> line{command, "run"};
    line.insert(line.end(), options.begin(), options.end());
    line.insert(line.end(), {guest("show"), path});
    return Program(line, folder / "").wait().out;
  };
  const std::string refused = "Permission denied\n";
  CHECK(shown({}, "one/a") == "a\n");
  CHECK(shown({"--dir", one}, one + "/a") == "a\n");
  CHECK(shown({"--dir", one}, two + "/b") == refused);
  CHECK(shown({"--dir", one, "--dir", two}, two + "/b") == "b\n");
  CHECK(shown({"--dir", "one", "--dir", "two"}, two + "/b") == "b\n");
  // The first of them is where the program begins, as the current one is not granted.
  CHECK(shown({"--dir", "one", "--dir", "two"}, "a") == "a\n");
  CHECK(shown({"--dir", "one", "--dir", "two"}, "../two/b") == "b\n");
  CHECK(shown({"--dir", "one", "--dir", "two"}, "../../two/b") == refused);
  CHECK(shown({"--root", tree}, "/etc/passwd") == "the guest's\n");
  CHECK(shown({"--root", tree}, "/deep/link") == "the guest's\n");
  CHECK(shown({"--root", tree}, "/../../etc/passwd") == "the guest's\n");
  CHECK(shown({"--root", tree}, tree + "/etc/passwd") == "No such file or directory\n");
  CHECK(shown({"--root", tree}, one + "/a") == "No such file or directory\n");

  require_refused({"run", "--root", tree, "--root", one, guest("hello")}, "more than once");
  require_refused({"run", "--root", tree, "--dir", one, guest("hello")}, "exclude each other");
  require_refused({"run", "--dir", folder / "none", guest("hello")}, "cannot be granted");
}

TEST_CASE("--strace prints a line a call, --stats what was run") {
  const Folder folder;
  const Finished traced = Program({command, "run", "--strace", guest("machine")}, folder / "").wait();
  CHECK(traced.exit == 0);
  for (const char* line : {"write(1, \"", "exit_group(0) = ?\n", "clock_gettime(CLOCK_MONOTONIC, {", "= -1 ENOSYS (Function not implemented) [no such call here]\n"})
    CHECK(traced.err.find(line) != std::string::npos);
  const Finished counted = Program({command, "run", "--stats", "--json", guest("hello"), "--stats"}, folder / "").wait();
  const nlohmann::json told = nlohmann::json::parse(counted.err.substr(counted.err.find('{')));
  CHECK(told["tiers"][0]["tier"] == "baseline");
  CHECK(told["tiers"][0]["instructions"] > 1000);
  CHECK(told["tiers"][0]["seconds"] > 0);
  CHECK(counted.out.find("1: <--stats>") != std::string::npos);
}

TEST_CASE("what is no static RISC-V program is refused with one sentence") {
  const Folder folder;
  require_refused({"run"}, "no program");
  require_refused({"run", "--tier", "fastest", guest("hello")}, "interp");
  require_refused({"run", folder / "none"}, "No such file");
  require_refused({"run", folder / ""}, "not a regular file");
  require_refused({"run", "/dev/zero"}, "not a regular file");
  require_refused({"run", folder.put("empty", "")}, "not an ELF file");
  require_refused({"run", folder.put("script", "#!/bin/sh\necho hello\n")}, "not an ELF file");
  require_refused({"run", command}, "not for RISC-V");
  require_refused({"run", guest("hello-dynamic")}, "it is dynamically linked; it needs the loader /lib/ld-linux-riscv64-lp64d.so.1 and the shared library "
                                                   "libc.so.6, and these are not supported yet; link it with -static");
  require_refused({"run", guest("needing-pie")}, "it is dynamically linked; it needs the shared libraries liblonely.so, libm.so.6, and these are not supported yet; link it with -static");
  require_refused({"run", guest("liblonely.so")}, "it is a shared library, not a program; link a program with -static");
  const std::string whole = slurp(guest("hello"));
  require_refused({"run", folder.put("half", whole.substr(0, whole.size() / 4))}, "cut off");
  require_refused({"run", folder.put("headers", whole.substr(0, 100))}, "cut off");
}

TEST_CASE("a damaged program is refused or runs, and never takes the command along") {
  const Folder folder;
  const std::string whole = slurp(guest("hello"));
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    std::string damaged = whole;
    // Headers mostly, but code and data too.
    for (int i = 0; i < 1 + round % 8; ++i) {
      const std::size_t at = random() % (round % 3 == 0 ? damaged.size() : 400);
      damaged[at] = static_cast<char>(random());
    }
    const std::string path = folder.put("damaged", damaged);
    fs::create_directories(folder / "empty");
    Program running({command, "run", "--tier", round % 2 ? "interp" : "baseline", path}, folder / "empty");
    const Finished finished = running.wait(std::chrono::seconds(3));
    INFO("round " << round << ": " << finished.err);
    // -1: it runs for ever, which is its right.
    if (finished.exit >= 128) CHECK(finished.err.find("was ended by SIG") != std::string::npos);
    CHECK(finished.err.find("ERROR: ") == std::string::npos);
    CHECK(finished.err.find("runtime error") == std::string::npos);
  }
}
