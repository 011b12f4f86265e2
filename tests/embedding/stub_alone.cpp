// The whole gdb stub, linked without the references: that it links is most of the test. Exit status 1 where Unicorn was
// loaded with it all the same.
#include <fstream>
#include <string>

int main() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("libunicorn") != line.npos) return 1;
  return 0;
}
