// run: what a program of one thread asks for in vain, and waits that nothing ends.
#include "tests/cli/program.hpp"

using namespace diptych::cli_test;

namespace {

Finished run_alone(const std::string& way) {
  const Folder folder;
  return Program({command, "run", guest("alone"), way}, folder / "").wait(std::chrono::seconds(30));
}

}  // namespace

TEST_CASE("threads, child processes and other programs are refused with one line each") {
  const Finished finished = run_alone("ask");
  CHECK(finished.exit == 0);
  const std::string refused = "thread: Function not implemented\nclone3: Function not implemented\nfork: Function not implemented\nexecve: Function not implemented\n";
  CHECK(finished.out == refused + refused);
  const std::string begin = "diptych: " + guest("alone") + ": it calls ", end = ", which is not supported yet; it is told ENOSYS\n";
  CHECK(finished.err == begin + "clone for another thread" + end + begin + "clone3 for another thread" + end + begin + "clone for another process" + end +
                            begin + "execve to run another program" + end);
}

TEST_CASE("a wait that nothing can end stops the program with a message") {
  for (const char* way : {"futex", "blocked"}) {
    const Finished finished = run_alone(way);
    INFO(way);
    CHECK(finished.exit == 2);
    CHECK(finished.out == "");
    CHECK(finished.err == "diptych: " + guest("alone") + ": it waits in futex for ever: there is no other thread, no timer and no handler of a signal to wake it\n");
  }
  // A Go program does just this: it handles every signal, and does not look at what clone answers.
  const Finished go = run_alone("go");
  CHECK(go.exit == 2);
  CHECK(go.out == "");
  CHECK(go.err.ends_with(": it waits in futex for another thread, which it was refused: threads are not supported yet\n"));
}

TEST_CASE("a wait that a time, a timer or a handler can end goes on") {
  CHECK(run_alone("timeout").out == "timeout: Connection timed out\n");
  CHECK(run_alone("timer").out == "timer: Interrupted system call\n");
  const Folder folder;
  Program program({command, "run", guest("alone"), "handler"}, folder / "");
  REQUIRE(within(std::chrono::seconds(30), [&] { return program.out_so_far() == "waiting\n"; }));
  program.signal_with(SIGUSR1);
  const Finished finished = program.wait();
  CHECK(finished.out == "waiting\nhandler: Interrupted system call\n");
  CHECK(finished.exit == 0);
}
