// Things in random order, dealt out one by one and shuffled again when all were.
#pragma once

#include "fuzz/generate/random.hpp"

#include <utility>
#include <vector>

namespace diptych::fuzz {

struct Deck {
  std::vector<u16> cards;
  std::size_t dealt = 0;

  /// To be called when all cards are in.
  void finish() { dealt = cards.size(); }

  u16 draw(Random& random) {
    if (dealt == cards.size()) {
      for (std::size_t i = cards.size(); i > 1; --i) std::swap(cards[i - 1], cards[random.below(u32(i))]);
      dealt = 0;
    }
    return cards[dealt++];
  }
};

}  // namespace diptych::fuzz
