// Zicsr and Zifencei, from the manual's words.
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych::riscv64;

namespace {

constexpr Vector csr_vectors[] = {
    {"csrrw a0, fcsr, a1", "fcsr=0xe1 a1=0x123", "a0=0xe1 fcsr=0x23"},
    {"csrrw a0, frm, a1", "fcsr=0x01 a1=-1", "a0=0 fcsr=0xe1"},
    {"csrrw a0, fflags, a0", "fcsr=0xe2 a0=-1", "a0=2 fcsr=0xff"},
    {"csrrw zero, fcsr, zero", "fcsr=0xff", "fcsr=0"},
    {"csrrs a0, fflags, a1", "fcsr=0x42 a1=0x21", "a0=2 fcsr=0x43"},
    {"csrrs a0, fcsr, zero", "fcsr=0xff", "a0=0xff"},
    {"csrrs a0, frm, a1", "fcsr=0x3f a1=0xfc", "a0=1 fcsr=0xbf"},
    {"csrrc a0, fcsr, a1", "fcsr=0xff a1=0xf0", "a0=0xff fcsr=0x0f"},
    {"csrrc a0, frm, a1", "fcsr=0xff a1=2", "a0=7 fcsr=0xbf"},
    {"csrrwi a0, fflags, 31", "fcsr=0xe0", "a0=0 fcsr=0xff"},
    {"csrrwi zero, frm, 1", "fcsr=0xff", "fcsr=0x3f"},
    {"csrrsi a0, fcsr, 16", "fcsr=0x81", "a0=0x81 fcsr=0x91"},
    {"csrrsi a0, fflags, 0", "fcsr=0x81", "a0=1"},
    {"csrrci a0, fcsr, 31", "fcsr=0xff", "a0=0xff fcsr=0xe0"},
    {"csrrci a0, frm, 4", "fcsr=0xff", "a0=7 fcsr=0x7f"},

    // The counters count the instructions retired before, may be read, and not be written: what
    // decides is whether the instruction writes, not what.
    {"csrrs a0, cycle, zero", "a0=5", "a0=0"},
    {"fence 0, 0; fence 0, 0; csrrs a0, instret, zero; csrrci a1, time, 0", "", "a0=2 a1=3"},
    {"csrrc a0, cycle, zero", "a0=5", "a0=0"},
    {"csrrsi a0, instret, 0", "a0=5", "a0=0"},
    {"csrrs a0, cycle, a1", "", "!illegal"},
    {"csrrc a0, time, a1", "", "!illegal"},
    {"csrrw a0, instret, zero", "", "!illegal"},
    {"csrrwi a0, cycle, 0", "", "!illegal"},
    {"csrrsi a0, time, 1", "", "!illegal"},
    {"csrrci a0, cycle, 1", "", "!illegal"},

    // Registers that are not there at user level.
    {"csrrs a0, 0x300, zero", "", "!illegal"},
    {"csrrw zero, 0x340, a1", "", "!illegal"},
    {"csrrs a0, 0x0, zero", "", "!illegal"},
    {"csrrs a0, 0xc03, zero", "", "!illegal"},
};

constexpr Vector fence_vectors[] = {
    {"fence.i", "a0=1", ""},
    {"fence.i; fence.i", "", ""},
};

}  // namespace

TEST_CASE("Zicsr does what the manual says") { check_vectors(Extension::Zicsr, csr_vectors, 2); }
TEST_CASE("Zifencei does what the manual says") { check_vectors(Extension::Zifencei, fence_vectors, 2); }
