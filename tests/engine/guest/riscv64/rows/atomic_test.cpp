// A, from the manual's words.
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych::riscv64;

namespace {

constexpr Vector vectors[] = {
    {"lr.w a0, (a1)", "a1=0x20000 [0x20000]=0x1111111180000001", "a0=0xffffffff80000001"},
    {"lr.w a0, (a1)", "a1=0x20002", "!misaligned read 0x20002"},
    {"lr.w.aqrl zero, (a1)", "a1=0x20004 [0x20000]=-1", ""},
    {"lr.w a0, (a1)", "a1=0x31000", "!fault read 0x31000"},
    {"lr.d a0, (a1)", "a1=0x20008 [0x20008]=0x8000000000000001", "a0=0x8000000000000001"},
    {"lr.d a0, (a1)", "a1=0x20004", "!misaligned read 0x20004"},
    {"lr.d.aq a1, (a1)", "a1=0x21008", "a1=0"},

    // With no reservation, or another's, SC writes nothing.
    {"sc.w a0, a2, (a1)", "a1=0x20000 a2=5", "a0=1"},
    {"sc.w a0, a2, (a1)", "a1=0x20001 a2=5", "!misaligned write 0x20001"},
    {"lr.w a0, (a1); sc.w a3, a2, (a1)", "a1=0x20000 a2=0x500000006 [0x20000]=0x1111111180000000 a3=9",
     "a0=0xffffffff80000000 a3=0 [0x20000]=0x1111111100000006"},
    {"lr.w a0, (a1); sc.w a3, a2, (a4)", "a1=0x20000 a4=0x20008 a2=5", "a3=1"},
    {"lr.w a0, (a1); sc.w zero, a2, (a1)", "a1=0x20004 a2=5", "[0x20000]=0x500000000"},
    {"lr.w a0, (a1); sc.w a2, a2, (a1)", "a1=0x20000 a2=5", "a2=0 [0x20000]=5"},
    {"sc.d a0, a2, (a1)", "a1=0x20000 a2=5", "a0=1"},
    {"sc.d a0, a2, (a1)", "a1=0x20004", "!misaligned write 0x20004"},
    {"lr.d a0, (a1); sc.d.rl a3, a2, (a1)", "a1=0x20000 a2=-5 a3=9", "a3=0 [0x20000]=-5"},
    // An SC uses the reservation up, whether it succeeds or not.
    {"lr.d a0, (a1); sc.d a3, a2, (a1); sc.d a4, a5, (a1)", "a1=0x20000 a2=5 a5=6 a3=9", "a3=0 a4=1 [0x20000]=5"},
    {"lr.d a0, (a1); sc.d a3, a2, (a6); sc.d a4, a5, (a1)", "a1=0x20000 a6=0x20008 a5=6", "a3=1 a4=1"},
    // Where it could be read and cannot be written, the conditional store is what faults.
    {"lr.d a0, (a1); sc.d a3, a2, (a1)", "a1=0x21000", "pc=0x10004 !fault write 0x21000"},
    // A store of another value to the place breaks the pair.
    {"lr.w a0, (a1); sw a2, 0(a1); sc.w a3, a4, (a1)", "a1=0x20000 a2=7 a4=8", "a3=1 [0x20000]=7"},

    {"amoswap.w a0, a2, (a1)", "a1=0x20000 a2=0x5555555512345678 [0x20000]=0x1111111180000000",
     "a0=0xffffffff80000000 [0x20000]=0x1111111112345678"},
    {"amoswap.w a2, a2, (a1)", "a1=0x20004 a2=3 [0x20000]=0x500000004", "a2=5 [0x20000]=0x300000004"},
    {"amoswap.d a0, a2, (a1)", "a1=0x20000 a2=-2 [0x20000]=-3", "a0=-3 [0x20000]=-2"},
    {"amoswap.d a1, a1, (a1)", "a1=0x20000", "a1=0 [0x20000]=0x20000"},
    {"amoswap.d zero, zero, (a1)", "a1=0x20000 [0x20000]=-3", "[0x20000]=0"},
    {"amoadd.w a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=0x7fffffff", "a0=0x7fffffff [0x20000]=0x80000000"},
    {"amoadd.w a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=0xffffffff", "a0=-1 [0x20000]=0"},
    {"amoadd.d a0, a2, (a1)", "a1=0x20000 a2=-1 [0x20000]=0x8000000000000000",
     "a0=0x8000000000000000 [0x20000]=0x7fffffffffffffff"},
    {"amoadd.d.aqrl a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=-1", "a0=-1 [0x20000]=0"},
    {"amoxor.w a0, a2, (a1)", "a1=0x20000 a2=-1 [0x20000]=0x0f0f0f0f", "a0=0x0f0f0f0f [0x20000]=0xf0f0f0f0"},
    {"amoxor.w a0, a2, (a1)", "a1=0x20000 a2=0x80000000 [0x20000]=0x180000000", "a0=0xffffffff80000000 [0x20000]=0x100000000"},
    {"amoxor.d a0, a2, (a1)", "a1=0x20000 a2=-1 [0x20000]=1", "a0=1 [0x20000]=-2"},
    {"amoxor.d a0, a0, (a1)", "a1=0x20000 a0=5 [0x20000]=5", "a0=5 [0x20000]=0"},
    {"amoand.w a0, a2, (a1)", "a1=0x20000 a2=0xf0 [0x20000]=0x1ffffffff", "a0=-1 [0x20000]=0x1000000f0"},
    {"amoand.w a0, a2, (a1)", "a1=0x20000 [0x20000]=0x7fffffff", "a0=0x7fffffff [0x20000]=0"},
    {"amoand.d a0, a2, (a1)", "a1=0x20000 a2=0x8000000000000001 [0x20000]=-1", "a0=-1 [0x20000]=0x8000000000000001"},
    {"amoand.d a0, a2, (a1)", "a1=0x20000 a2=0xf0 [0x20000]=0x0f", "a0=0x0f [0x20000]=0"},
    {"amoor.w a0, a2, (a1)", "a1=0x20000 a2=0x180000000 [0x20000]=1", "a0=1 [0x20000]=0x80000001"},
    {"amoor.w a0, a2, (a1)", "a1=0x20000 [0x20000]=0x80000000", "a0=0xffffffff80000000"},
    {"amoor.d a0, a2, (a1)", "a1=0x20000 a2=0x8000000000000000 [0x20000]=1", "a0=1 [0x20000]=0x8000000000000001"},
    {"amoor.d a0, zero, (a1)", "a1=0x20000 [0x20000]=-1", "a0=-1"},
    {"amomin.w a0, a2, (a1)", "a1=0x20000 a2=0x80000000 [0x20000]=0x7fffffff", "a0=0x7fffffff [0x20000]=0x80000000"},
    {"amomin.w a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=0xffffffff", "a0=-1"},
    {"amomin.d a0, a2, (a1)", "a1=0x20000 a2=0x8000000000000000 [0x20000]=1", "a0=1 [0x20000]=0x8000000000000000"},
    {"amomin.d a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=-1", "a0=-1"},
    {"amomax.w a0, a2, (a1)", "a1=0x20000 a2=0x180000000 [0x20000]=0x7fffffff", "a0=0x7fffffff"},
    {"amomax.w a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=0x2ffffffff", "a0=-1 [0x20000]=0x200000001"},
    {"amomax.d a0, a2, (a1)", "a1=0x20000 a2=-1 [0x20000]=1", "a0=1"},
    {"amomax.d a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=-1", "a0=-1 [0x20000]=1"},
    {"amominu.w a0, a2, (a1)", "a1=0x20000 a2=0xffffffff00000001 [0x20000]=0xffffffff", "a0=-1 [0x20000]=1"},
    {"amominu.w a0, a2, (a1)", "a1=0x20000 a2=-1 [0x20000]=0x80000000", "a0=0xffffffff80000000"},
    {"amominu.d a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=-1", "a0=-1 [0x20000]=1"},
    {"amominu.d a0, a2, (a1)", "a1=0x20000 a2=-1 [0x20000]=1", "a0=1"},
    {"amomaxu.w a0, a2, (a1)", "a1=0x20000 a2=0x80000000 [0x20000]=0x7fffffff", "a0=0x7fffffff [0x20000]=0x80000000"},
    {"amomaxu.w a0, a2, (a1)", "a1=0x20000 a2=0xffffffff00000001 [0x20000]=0xffffffff", "a0=-1"},
    {"amomaxu.d a0, a2, (a1)", "a1=0x20000 a2=-1 [0x20000]=1", "a0=1 [0x20000]=-1"},
    {"amomaxu.d a0, a2, (a1)", "a1=0x20000 a2=1 [0x20000]=-1", "a0=-1"},

    // An AMO is one access that reads and writes: it must be aligned, and is refused as a write.
    {"amoadd.w a0, a2, (a1)", "a1=0x20002", "!misaligned write 0x20002"},
    {"amoadd.d a0, a2, (a1)", "a1=0x20004", "!misaligned write 0x20004"},
    {"amoor.d a0, zero, (a1)", "a1=0x21000", "!fault write 0x21000"},
    {"amomaxu.w a0, a2, (a1)", "a1=0x31000", "!fault write 0x31000"},
    // Misaligned and unreachable at once: alignment is looked at first.
    {"amoswap.w a0, a2, (a1)", "a1=0x31001", "!misaligned write 0x31001"},
};

}  // namespace

TEST_CASE("A computes what the manual says") { check_vectors(Extension::A, vectors, 2); }
