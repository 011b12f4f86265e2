// Huffman coding: a code made from a text's letters, the text written in it, and read back bit by bit.
#include "tests/guests/bench/guest.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace diptych::bench;

namespace {

struct Node {
  u32 weight = 0;
  i32 zero = -1, one = -1;  // none: a leaf
};

struct Word {
  u32 bits = 0;
  u8 length = 0;
};

class Code {
 public:
  explicit Code(const std::vector<u8>& text) : nodes_(256) {
    for (u8 letter : text) ++nodes_[letter].weight;
    // A heap of nodes, lightest first; equal ones by number, so that the code is the same everywhere.
    std::vector<i32> heap;
    auto later = [&](i32 a, i32 b) {
      return std::pair(nodes_[u32(a)].weight, a) > std::pair(nodes_[u32(b)].weight, b);
    };
    for (i32 letter = 0; letter < 256; ++letter)
      if (nodes_[u32(letter)].weight != 0) heap.push_back(letter);
    std::make_heap(heap.begin(), heap.end(), later);
    auto take = [&] {
      std::pop_heap(heap.begin(), heap.end(), later);
      const i32 taken = heap.back();
      heap.pop_back();
      return taken;
    };
    while (heap.size() > 1) {
      const i32 zero = take(), one = take();
      nodes_.push_back({nodes_[u32(zero)].weight + nodes_[u32(one)].weight, zero, one});
      heap.push_back(i32(nodes_.size()) - 1);
      std::push_heap(heap.begin(), heap.end(), later);
    }
    root_ = heap.front();
    assign(root_, {});
  }

  std::vector<u32> write(const std::vector<u8>& text) const {
    std::vector<u32> written;
    u64 waiting = 0;
    unsigned count = 0;
    for (u8 letter : text) {
      waiting |= u64{words_[letter].bits} << count;
      count += words_[letter].length;
      if (count >= 32) {
        written.push_back(u32(waiting));
        waiting >>= 32;
        count -= 32;
      }
    }
    written.push_back(u32(waiting));
    return written;
  }

  void read(const std::vector<u32>& written, std::vector<u8>& text) const {
    u64 position = 0;
    for (u8& letter : text) {
      i32 node = root_;
      while (nodes_[u32(node)].zero >= 0) {
        const u32 bit = (written[position / 32] >> (position % 32)) & 1;
        node = bit ? nodes_[u32(node)].one : nodes_[u32(node)].zero;
        ++position;
      }
      letter = u8(node);
    }
  }

 private:
  void assign(i32 node, Word word) {
    const Node& here = nodes_[u32(node)];
    if (here.zero < 0) {
      words_[u32(node)] = word;
      return;
    }
    assign(here.zero, {word.bits, u8(word.length + 1)});
    assign(here.one, {word.bits | (1u << word.length), u8(word.length + 1)});
  }

  std::vector<Node> nodes_;
  std::array<Word, 256> words_{};
  i32 root_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  // Letters as uneven as in a language: the least of three draws.
  std::vector<u8> text(1 << 14), again(text.size());
  Random random(3);
  for (u8& letter : text) letter = u8(std::min({random.below(60), random.below(60), random.below(60)}));
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("huffman"));
  for (u64 i = 0; i < size; ++i) {
    text[i % text.size()] ^= 1;
    const Code code(text);
    const std::vector<u32> written = code.write(text);
    code.read(written, again);
    sum.add(written.size());
    sum.add(written[i % written.size()]);
    sum.add(again == text);
  }
  sum.print("huffman");
}
