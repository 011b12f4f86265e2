// The measured programs say the same wherever they run.
#include "tests/bench/measure.hpp"
#include "tests/guests/bench/suite.hpp"

#include "tests/catch.hpp"

#include <filesystem>
#include <set>

using namespace diptych::bench;
namespace fs = std::filesystem;

namespace {

Run run(const char* name, const char* platform, const char* size) {
  std::vector<std::string> command;
  if (std::string_view(platform) == "riscv64") command.push_back("qemu-riscv64");
  command.push_back((fs::path(DIPTYCH_BENCH_PROGRAMS) / (std::string(name) + '.' + platform)).string());
  command.push_back(size);
  const auto run = measure(command, 120);
  INFO((run ? run->err : run.error().message));
  REQUIRE(run);
  CHECK(run->exit == 0);
  return *run;
}

}  // namespace

TEST_CASE("programs built for both platforms agree") {
  const char* name = GENERATE("nbody", "sha256", "virtual_calls");
  const Run native = run(name, "native", "3");
  CHECK(native.out.find(name) != std::string::npos);
  CHECK(run(name, "riscv64", "3").out == native.out);
  CHECK(run(name, "native", "4").out != native.out);
}

TEST_CASE("the SHA-256 of abc is the standard's") {
  const Run sha256 = run("sha256", "native", "1");
  CHECK(sha256.out.starts_with("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"));
}

TEST_CASE("the suite lists the folder's programs, each once") {
  std::set<std::string> listed, present;
  for (const Program& program : programs) {
    CHECK(listed.insert(std::string(program.name)).second);
    CHECK(program.size > 1);
  }
  for (const auto& file : fs::directory_iterator(DIPTYCH_SOURCE_DIR "/tests/guests/bench"))
    if (file.path().extension() == ".cpp") present.insert(file.path().stem().string());
  CHECK(listed == present);
}
