// What small processors are asked to do, in turn: lists sorted and searched, small matrices, a state
// machine over numbers in text, and a checksum of 16 bits over all of it.
#include "tests/guests/bench/guest.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace diptych::bench;

namespace {

u16 crc16(u32 value, unsigned bits, u16 crc) {
  for (unsigned i = 0; i < bits; ++i) {
    const bool odd = ((value >> i) ^ crc) & 1;
    crc = u16(crc >> 1);
    if (odd) crc ^= 0xa001;
  }
  return crc;
}

struct Node {
  Node* next = nullptr;
  i16 value = 0;
  i16 place = 0;
};

template <class Before>
Node* merge_sorted(Node* a, Node* b, Before before) {
  Node head;
  Node* last = &head;
  while (a && b) {
    Node*& least = before(*b, *a) ? b : a;
    last = last->next = least;
    least = least->next;
  }
  last->next = a ? a : b;
  return head.next;
}

template <class Before>
Node* sort(Node* list, u32 length, Before before) {
  if (length < 2) {
    if (list) list->next = nullptr;
    return list;
  }
  Node* second = list;
  for (u32 i = 0; i < length / 2; ++i) second = second->next;
  Node* first_sorted = sort(list, length / 2, before);
  return merge_sorted(first_sorted, sort(second, length - length / 2, before), before);
}

Node* reverse(Node* list) {
  Node* reversed = nullptr;
  while (list) {
    Node* next = std::exchange(list->next, reversed);
    reversed = std::exchange(list, next);
  }
  return reversed;
}

u16 work_on_list(std::vector<Node>& nodes, u16 crc) {
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
  Node* list = sort(nodes.data(), u32(nodes.size()), [](const Node& a, const Node& b) { return a.value < b.value; });
  for (i16 wanted = 0; wanted < 16; ++wanted) {
    list = reverse(list);
    const Node* found = list;
    while (found && (found->value & 15) != wanted) found = found->next;
    if (found) crc = crc16(u16(found->place), 16, crc);
  }
  list = sort(list, u32(nodes.size()), [](const Node& a, const Node& b) { return a.place < b.place; });
  for (const Node* node = list; node; node = node->next) crc = crc16(u16(node->value), 16, crc);
  return crc;
}

constexpr u32 side = 10;
using Matrix = std::array<i16, side * side>;

u16 work_on_matrix(Matrix& a, const Matrix& b, u16 crc) {
  std::array<i32, side * side> product{};
  for (u32 row = 0; row < side; ++row)
    for (u32 column = 0; column < side; ++column)
      for (u32 i = 0; i < side; ++i)
        product[row * side + column] += i32{a[row * side + i]} * b[i * side + column];
  i32 total = 0;
  for (i32 element : product) {
    const i32 field = (element >> 2) & 0xf;
    total += field * ((element >> 5) & 0x7f);
    if (total > 2000) total -= 1999;
  }
  for (i16& element : a) element = i16((element + total) % 251);
  return crc16(u32(total), 32, crc);
}

enum class State : u8 { begin, sign, whole, dot, decimals, exponent, power, invalid };

State scan_number(const char*& at) {
  State state = State::begin;
  for (; *at && *at != ','; ++at) {
    const bool digit = *at >= '0' && *at <= '9';
    switch (state) {
      case State::begin:
        state = digit ? State::whole : *at == '-' ? State::sign : *at == '.' ? State::dot : State::invalid;
        break;
      case State::sign: state = digit ? State::whole : *at == '.' ? State::dot : State::invalid; break;
      case State::whole:
        if (!digit) state = *at == '.' ? State::decimals : *at == 'e' ? State::exponent : State::invalid;
        break;
      case State::dot: state = digit ? State::decimals : State::invalid; break;
      case State::decimals:
        if (!digit) state = *at == 'e' ? State::exponent : State::invalid;
        break;
      case State::exponent: state = digit || *at == '-' ? State::power : State::invalid; break;
      case State::power: state = digit ? State::power : State::invalid; break;
      case State::invalid: break;
    }
  }
  if (*at) ++at;
  return state;
}

u16 work_on_text(const std::string& text, u16 crc) {
  std::array<u32, 8> counts{};
  for (const char* at = text.c_str(); *at;) ++counts[std::size_t(scan_number(at))];
  for (u32 count : counts) crc = crc16(count, 16, crc);
  return crc;
}

}  // namespace

int main(int argc, char** argv) {
  Random random(13);
  std::vector<Node> nodes(120);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = {nullptr, i16(random.below(4096)), i16(i)};
  Matrix a{}, b{};
  for (i16& element : a) element = i16(random.below(200));
  for (i16& element : b) element = i16(random.below(200));
  static constexpr const char* pieces[] = {"5012,", "-1.5,", "35.54e10,", ".11,", "-e2,", "1e-7,", "x1,", "7..2,"};
  std::string text;
  while (text.size() < 600) text += pieces[random.below(std::size(pieces))];

  u16 crc = 0;
  const u64 size = size_from(argc, argv, default_size("core_mix"));
  for (u64 i = 0; i < size; ++i) {
    nodes[i % nodes.size()].value = i16(i & 4095);
    crc = work_on_list(nodes, crc);
    crc = work_on_matrix(a, b, crc);
    crc = work_on_text(text, crc);
  }
  Checksum sum;
  sum.add(crc);
  sum.print("core_mix");
}
