#include "engine/guest/riscv64/registers.hpp"

#include "tests/catch.hpp"

#include <set>

using namespace diptych;

TEST_CASE("registers of RV64GC have a place and two names each, all different") {
  std::set<std::string_view> names;
  std::set<std::size_t> words;
  for (const Register& r : riscv64::registers) {
    CHECK(names.insert(r.name).second);
    if (r.plain != r.name) CHECK(names.insert(r.plain).second);
    CHECK(words.insert(r.word).second);
    CHECK(r.word < riscv64::state_words);
  }
  CHECK(words.size() + 1 == riscv64::state_words);  // all but x0
  CHECK(!words.contains(riscv64::x_word));
}

TEST_CASE("ABI names lie where the calling convention has them") {
  CHECK(register_named(Guest::riscv64, "a0") == register_named(Guest::riscv64, "x10"));
  CHECK(register_named(Guest::riscv64, "s2") == register_named(Guest::riscv64, "x18"));
  CHECK(register_named(Guest::riscv64, "t6") == register_named(Guest::riscv64, "x31"));
  CHECK(register_named(Guest::riscv64, "fa0") == register_named(Guest::riscv64, "f10"));
  CHECK(register_named(Guest::riscv64, "ft8") == register_named(Guest::riscv64, "f28"));
  CHECK(register_named(Guest::riscv64, "x0") == nullptr);
  CHECK(register_named(Guest::riscv64, "pc")->kind == RegisterClass::program_counter);
  CHECK(register_named(Guest::riscv64, "fcsr")->bits == 8);
}

TEST_CASE("extensions are numbered as they are named") {
  CHECK(riscv64::extension_names[unsigned(riscv64::Extension::Zbs)] == "Zbs");
  CHECK(riscv64::bit(riscv64::Extension::I) == 1);
  CHECK(riscv64::bit(riscv64::Extension::Zba) == 1u << 8);
}
