#include "listing/golden_blocks.hpp"

namespace diptych::listing {

std::span<const GoldenBlock> golden_blocks() {
  static const std::vector<GoldenBlock> all = {
      {"a loop over an array: the jump back goes to the block itself", {0x00052703, 0x00450513, 0x00e787b3, 0xfeb51ae3}},
      {"load, add, store: one check for all addresses with the same base",
       {0x00853703, 0x01053783, 0x00f70733, 0x00e53c23, 0x02f52023}},
      {"a superblock: the block goes on behind a branch not taken",
       {0x00054703, 0x00070663, 0x00160613, 0x00150513, 0x00e60023, 0xfcb564e3}},
      {"floating point: products and sums in both widths",
       {0x00053707, 0x00853787, 0x12a77753, 0x72b7f7c3, 0x00f5b027, 0x01052007, 0x00107053, 0x0005a827}},
      {"the end of a function", {0x00813083, 0x01010113, 0x00008067}},
      {"a call through a table", {0x00379793, 0x00e787b3, 0x0007b783, 0x000780e7}},
      {"an atomic sum: reservations are kept in C++", {0x1005272f, 0x00b70733, 0x18e527af, 0xfe079ae3}},
      {"division: what the host would trap at goes to C++", {0x02b546b3, 0x02b56733, 0x02e6b7b3, 0x00c797b3}},
  };
  return all;
}

}  // namespace diptych::listing
