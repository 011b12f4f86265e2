// The stack that a program begins with.
#include "engine/linux/stack_image.hpp"
#include "tests/catch.hpp"

#include <elf.h>

#include <cstring>

using namespace diptych;
using namespace diptych::linux_guest;

namespace {

constexpr u64 top = 0x4000'0000;

struct Reader {
  const StackImage& image;

  u64 word(u64 address) const {
    u64 value = 0;
    std::memcpy(&value, image.bytes.data() + (address - image.pointer), 8);
    return value;
  }
  std::string text(u64 address) const { return reinterpret_cast<const char*>(image.bytes.data() + (address - image.pointer)); }
};

}  // namespace

TEST_CASE("arguments, environment and auxiliary vector lie where a program looks for them") {
  for (std::size_t count = 0; count < 5; ++count) {
    std::vector<std::string> arguments, environment{"A=1", "EMPTY="};
    for (std::size_t i = 0; i < count; ++i) arguments.push_back(std::string(i, 'x'));
    StackContents contents{.arguments = arguments, .environment = environment, .program = "/p", .random = {}, .auxiliary = {{AT_PAGESZ, 4096}, {AT_ENTRY, 77}}};
    contents.random[0] = 9;
    const auto image = make_stack(contents, top, 0x10000);
    REQUIRE(image);
    CHECK(image->pointer % 16 == 0);
    CHECK(image->pointer + image->bytes.size() == top);
    const Reader reader{*image};
    u64 at = image->pointer;
    CHECK(reader.word(at) == count);
    for (std::size_t i = 0; i < count; ++i) CHECK(reader.text(reader.word(at += 8)) == arguments[i]);
    CHECK(reader.word(at += 8) == 0);
    for (const std::string& entry : environment) CHECK(reader.text(reader.word(at += 8)) == entry);
    CHECK(reader.word(at += 8) == 0);
    u64 seen = 0;
    for (at += 8; reader.word(at) != AT_NULL; at += 16) {
      const u64 value = reader.word(at + 8);
      switch (reader.word(at)) {
        case AT_PAGESZ: CHECK(value == 4096); break;
        case AT_ENTRY: CHECK(value == 77); break;
        case AT_EXECFN: CHECK(reader.text(value) == "/p"); break;
        case AT_RANDOM:
          CHECK(reader.text(value)[0] == 9);
          CHECK(value + 16 <= top);
          break;
        default: FAIL("an entry that was not asked for");
      }
      ++seen;
    }
    CHECK(seen == 4);
  }
}

TEST_CASE("more than the stack holds is refused") {
  const std::vector<std::string> arguments{std::string(5000, 'x')};
  const StackContents contents{.arguments = arguments, .environment = {}, .program = "p", .random = {}, .auxiliary = {}};
  CHECK(make_stack(contents, top, 6000));
  const auto refused = make_stack(contents, top, 5000);
  REQUIRE(!refused);
  CHECK(refused.error().message.find("at most 5000 fit") != std::string::npos);
}
