// M, from the manual's words.
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych::riscv64;

namespace {

constexpr Vector vectors[] = {
    {"mul a0, a1, a2", "a1=-1 a2=-1", "a0=1"},
    {"mul a0, a1, a2", "a1=0x100000001 a2=0x100000001", "a0=0x200000001"},
    {"mulh a0, a1, a2", "a1=0x8000000000000000 a2=0x8000000000000000", "a0=0x4000000000000000"},
    {"mulh a0, a1, a2", "a1=-1 a2=1", "a0=-1"},
    {"mulh a0, a1, a2", "a0=5 a1=-1 a2=-1", "a0=0"},
    {"mulhsu a0, a1, a2", "a1=-1 a2=-1", "a0=-1"},
    {"mulhsu a0, a1, a2", "a0=5 a1=1 a2=-1", "a0=0"},
    {"mulhsu a0, a1, a2", "a1=0x8000000000000000 a2=-1", "a0=0x8000000000000000"},
    {"mulhu a0, a1, a2", "a1=-1 a2=-1", "a0=-2"},
    {"mulhu a0, a1, a2", "a1=0x8000000000000000 a2=2", "a0=1"},
    {"div a0, a1, a2", "a1=-7 a2=2", "a0=-3"},
    {"div a0, a1, a2", "a1=7", "a0=-1"},
    {"div a0, a1, a2", "a1=0x8000000000000000 a2=-1", "a0=0x8000000000000000"},
    {"div zero, a1, a2", "a1=1", ""},
    {"divu a0, a1, a2", "a1=-7 a2=2", "a0=0x7ffffffffffffffc"},
    {"divu a0, a1, zero", "a1=7", "a0=-1"},
    {"divu a0, a1, a2", "a0=5 a1=0x8000000000000000 a2=-1", "a0=0"},
    {"rem a0, a1, a2", "a1=-7 a2=2", "a0=-1"},
    {"rem a0, a1, a2", "a1=7 a2=-2", "a0=1"},
    {"rem a0, a1, a2", "a1=-7", "a0=-7"},
    {"rem a0, a1, a2", "a0=5 a1=0x8000000000000000 a2=-1", "a0=0"},
    {"remu a0, a1, a2", "a1=-7 a2=4", "a0=1"},
    {"remu a0, a1, a2", "a1=-7", "a0=-7"},
    {"remu a0, a1, a2", "a1=0x8000000000000000 a2=-1", "a0=0x8000000000000000"},
    {"mulw a0, a1, a2", "a1=0x7fffffff a2=2", "a0=-2"},
    {"mulw a0, a1, a2", "a1=0xffffffff00000003 a2=0x100000005", "a0=15"},
    {"divw a0, a1, a2", "a1=0x80000000 a2=-1", "a0=0xffffffff80000000"},
    {"divw a0, a1, a2", "a1=7 a2=0x100000000", "a0=-1"},
    {"divw a0, a1, a2", "a1=0x1fffffff9 a2=2", "a0=-3"},
    {"divuw a0, a1, a2", "a1=0xffffffff a2=1", "a0=-1"},
    {"divuw a0, a1, a2", "a1=7 a2=0x700000000", "a0=-1"},
    {"divuw a0, a1, a2", "a1=0xffffffff80000000 a2=2", "a0=0x40000000"},
    {"remw a0, a1, a2", "a1=0x80000000", "a0=0xffffffff80000000"},
    {"remw a0, a1, a2", "a1=0x1fffffff9 a2=2", "a0=-1"},
    {"remw a0, a1, a2", "a0=5 a1=0x80000000 a2=0xffffffff", "a0=0"},
    {"remuw a0, a1, a2", "a1=0xffffffff", "a0=-1"},
    {"remuw a0, a1, a2", "a1=0x1ffffffff a2=0x100000010", "a0=15"},
};

}  // namespace

TEST_CASE("M computes what the manual says") { check_vectors(Extension::M, vectors, 2); }
