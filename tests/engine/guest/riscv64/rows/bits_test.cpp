// Zba, Zbb and Zbs, from the manual's words.
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych::riscv64;

namespace {

constexpr Vector address_vectors[] = {
    {"add.uw a0, a1, a2", "a1=-1 a2=1", "a0=0x100000000"},
    {"add.uw a0, a1, a2", "a1=0x8000000080000000 a2=-1", "a0=0x7fffffff"},
    {"sh1add a0, a1, a2", "a1=0xc000000000000001 a2=5", "a0=0x8000000000000007"},
    {"sh1add a0, a1, a2", "a1=-1 a2=1", "a0=-1"},
    {"sh2add a0, a1, a2", "a1=0x4000000000000001 a2=5", "a0=9"},
    {"sh2add a0, a1, a2", "a1=-1 a2=4", "a0=0"},
    {"sh3add a0, a1, a2", "a1=0x1000000000000001 a2=5", "a0=0x800000000000000d"},
    {"sh3add a0, a1, a2", "a1=-1 a2=0", "a0=-8"},
    {"sh1add.uw a0, a1, a2", "a1=-1 a2=1", "a0=0x1ffffffff"},
    {"sh1add.uw a0, a1, a2", "a1=0x500000001 a2=-1", "a0=1"},
    {"sh2add.uw a0, a1, a2", "a1=-1 a2=0", "a0=0x3fffffffc"},
    {"sh2add.uw a0, a1, a2", "a1=0x780000000 a2=1", "a0=0x200000001"},
    {"sh3add.uw a0, a1, a2", "a1=-1 a2=0", "a0=0x7fffffff8"},
    {"sh3add.uw a0, a1, a2", "a1=0x700000001 a2=-8", "a0=0"},
    {"slli.uw a0, a1, 63", "a1=0xffffffff00000003", "a0=0x8000000000000000"},
    {"slli.uw a0, a1, 0", "a1=-1", "a0=0xffffffff"},
    {"slli.uw a0, a1, 32", "a1=-1", "a0=0xffffffff00000000"},
};

constexpr Vector bit_vectors[] = {
    {"andn a0, a1, a2", "a1=-1 a2=0xf0", "a0=0xffffffffffffff0f"},
    {"andn a0, a1, a2", "a0=1 a1=0xf0 a2=-1", "a0=0"},
    {"orn a0, a1, a2", "a1=0xf a2=-1", "a0=0xf"},
    {"orn a0, a1, a2", "a1=0xf a2=0xff", "a0=0xffffffffffffff0f"},
    {"xnor a0, a1, a2", "a1=5 a2=5", "a0=-1"},
    {"xnor a0, a1, a2", "a1=-1 a2=0x10", "a0=0x10"},
    {"clz a0, a1", "", "a0=64"},
    {"clz a0, a1", "a1=1", "a0=63"},
    {"clz a0, a1", "a0=5 a1=-1", "a0=0"},
    {"ctz a0, a1", "", "a0=64"},
    {"ctz a0, a1", "a1=0x8000000000000000", "a0=63"},
    {"cpop a0, a1", "a1=-1", "a0=64"},
    {"cpop a0, a1", "a1=0x8000000000000101", "a0=3"},
    {"clzw a0, a1", "a1=0xffffffff00000000", "a0=32"},
    {"clzw a0, a1", "a1=0xf00000001", "a0=31"},
    {"ctzw a0, a1", "a1=0xffffffff00000000", "a0=32"},
    {"ctzw a0, a1", "a1=0x80000000", "a0=31"},
    {"cpopw a0, a1", "a1=-1", "a0=32"},
    {"cpopw a0, a1", "a1=0xf00000101", "a0=2"},
    {"min a0, a1, a2", "a1=-1 a2=1", "a0=-1"},
    {"min a0, a1, a2", "a1=0x7fffffffffffffff a2=0x8000000000000000", "a0=0x8000000000000000"},
    {"minu a0, a1, a2", "a1=-1 a2=1", "a0=1"},
    {"minu a0, a1, a2", "a1=0x7fffffffffffffff a2=0x8000000000000000", "a0=0x7fffffffffffffff"},
    {"max a0, a1, a2", "a1=-1 a2=1", "a0=1"},
    {"max a0, a1, a2", "a1=0x7fffffffffffffff a2=0x8000000000000000", "a0=0x7fffffffffffffff"},
    {"maxu a0, a1, a2", "a1=-1 a2=1", "a0=-1"},
    {"maxu a0, a1, a2", "a1=0x7fffffffffffffff a2=0x8000000000000000", "a0=0x8000000000000000"},
    {"sext.b a0, a1", "a1=0x180", "a0=0xffffffffffffff80"},
    {"sext.b a0, a1", "a1=0xff7f", "a0=0x7f"},
    {"sext.h a0, a1", "a1=0x18000", "a0=0xffffffffffff8000"},
    {"sext.h a0, a1", "a1=0xffff7fff", "a0=0x7fff"},
    {"zext.h a0, a1", "a1=-1", "a0=0xffff"},
    {"zext.h a0, a1", "a0=5 a1=0x12340000", "a0=0"},
    {"rol a0, a1, a2", "a1=0x8000000000000001 a2=65", "a0=3"},
    {"rol a0, a1, a2", "a1=0x123 a2=64", "a0=0x123"},
    {"rol a0, a1, a2", "a1=0x123 a2=60", "a0=0x3000000000000012"},
    {"ror a0, a1, a2", "a1=3 a2=65", "a0=0x8000000000000001"},
    {"ror a0, a1, a2", "a1=0x123 a2=-64", "a0=0x123"},
    {"rori a0, a1, 63", "a1=0x8000000000000000", "a0=1"},
    {"rori a0, a1, 4", "a1=0x123", "a0=0x3000000000000012"},
    {"rolw a0, a1, a2", "a1=0xffffffff40000000 a2=33", "a0=0xffffffff80000000"},
    {"rolw a0, a1, a2", "a1=0xf80000001 a2=1", "a0=3"},
    {"rolw a0, a1, a2", "a1=0x80000000 a2=0", "a0=0xffffffff80000000"},
    {"rorw a0, a1, a2", "a1=0xf00000001 a2=33", "a0=0xffffffff80000000"},
    {"rorw a0, a1, a2", "a1=0x80000000 a2=32", "a0=0xffffffff80000000"},
    {"roriw a0, a1, 31", "a1=0x40000000", "a0=0xffffffff80000000"},
    {"roriw a0, a1, 4", "a1=0xf00000012", "a0=0x20000001"},
    {"orc.b a0, a1", "a1=0x0100800010000402", "a0=0xff00ff00ff00ffff"},
    {"orc.b a0, a1", "a1=0x0020004000080000", "a0=0x00ff00ff00ff0000"},
    {"rev8 a0, a1", "a1=0x0123456789abcdef", "a0=0xefcdab8967452301"},
    {"rev8 a0, a0", "a0=0xff", "a0=0xff00000000000000"},
};

constexpr Vector single_bit_vectors[] = {
    {"bclr a0, a1, a2", "a1=-1 a2=0x7f", "a0=0x7fffffffffffffff"},
    {"bclr a0, a1, a2", "a1=-1 a2=0x40", "a0=-2"},
    {"bclri a0, a1, 63", "a1=-1", "a0=0x7fffffffffffffff"},
    {"bclri a0, a1, 32", "a1=0x100000001", "a0=1"},
    {"bext a0, a1, a2", "a1=0x8000000000000000 a2=-1", "a0=1"},
    {"bext a0, a1, a2", "a0=5 a1=0x8000000000000000 a2=62", "a0=0"},
    {"bexti a0, a1, 63", "a1=-1", "a0=1"},
    {"bexti a0, a1, 32", "a0=5 a1=0xffffffff", "a0=0"},
    {"binv a0, a1, a2", "a2=0xbf", "a0=0x8000000000000000"},
    {"binv a0, a1, a2", "a1=-1 a2=0x40", "a0=-2"},
    {"binvi a0, a1, 63", "a1=-1", "a0=0x7fffffffffffffff"},
    {"binvi a0, a1, 31", "", "a0=0x80000000"},
    {"bset a0, a1, a2", "a2=-1", "a0=0x8000000000000000"},
    {"bset a0, a1, a2", "a1=1 a2=31", "a0=0x80000001"},
    {"bseti a0, a1, 63", "", "a0=0x8000000000000000"},
    {"bseti a0, a1, 31", "a1=0x80000000", "a0=0x80000000"},
};

}  // namespace

TEST_CASE("Zba computes what the manual says") { check_vectors(Extension::Zba, address_vectors, 2); }
TEST_CASE("Zbb computes what the manual says") { check_vectors(Extension::Zbb, bit_vectors, 2); }
TEST_CASE("Zbs computes what the manual says") { check_vectors(Extension::Zbs, single_bit_vectors, 2); }
