// Code as a list of instructions whose branches know the instruction they go to, so that the list can
// be edited and the offsets follow.
#pragma once

#include "engine/machine/integers.hpp"
#include "fuzz/generate/shape.hpp"

#include <array>
#include <vector>

namespace diptych::fuzz {

constexpr i16 no_target = -1;

struct Item {
  u32 word;
  u16 row;     ///< or no_row
  i16 target;  ///< the item it refers to, or no_target; the number of items is the end of the code
  u8 length;
  bool pair;    ///< it refers to an address relative to the item before, which is an auipc
  bool glued;   ///< makes sense only behind the item before: nothing is put between, nothing lands here
  bool inside;  ///< in a function: who lands here without a call has nowhere to return to

  const Shape* shape() const { return row == no_row ? nullptr : &shapes()[row]; }
  unsigned written() const { return written_by(row, word); }
};

/// An item that refers to nothing.
Item item_of(u32 word);
/// The same, where the row is known.
inline Item item_of(const Shape& shape, u32 word) {
  return {word, shape.index, no_target, shape.length, false, false, false};
}

class Code {
 public:
  static constexpr std::size_t capacity = 512;  // as many as the largest code can hold

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return bytes_; }
  Item& operator[](std::size_t i) { return items_[i]; }
  const Item& operator[](std::size_t i) const { return items_[i]; }
  std::span<Item> all() { return {items_.data(), size_}; }
  std::span<const Item> all() const { return {items_.data(), size_}; }

  void clear() { size_ = bytes_ = 0; }

  /// Takes bytes apart. A branch to where no instruction of the list begins keeps its offset as it is.
  /// No more than largest_code bytes.
  void read(std::span<const u8> code);

  /// Sets all offsets and gives the bytes. A branch that cannot reach its target goes to the next item.
  void write(std::vector<u8>& code);

  /// These keep targets right; that of a new item is numbered as before the insertion. False, and
  /// nothing changes, where the code would become too long.
  bool append(const Item& item) { return insert(size_, item); }
  bool insert(std::size_t at, const Item& item);
  bool replace(std::size_t at, const Item& item);
  void erase(std::size_t at);

  /// The first place from here on where something may land: an item neither glued nor inside a function,
  /// or the end.
  std::size_t landing(std::size_t from) const;

  /// The x registers that the items from `first` up to `last` write, a bit each.
  u32 written(std::size_t first, std::size_t last) const;

  /// The last item before this one that writes the x register; `before` itself where there is none.
  std::size_t last_write(std::size_t before, unsigned number) const;

 private:
  void mark_function(std::size_t back);

  std::array<Item, capacity> items_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

/// Puts items `first` up to `last` of one list into another; what they refer to stays as far away, if
/// there are so many items. Gives how many found room.
std::size_t splice(Code& into, std::size_t at, const Code& from, std::size_t first, std::size_t last);

/// Makes the code end. Turns forward every branch and jump backward but those of loops that count: a branch on a
/// register that is set to a small number before the loop, and changed in it by one decrement only. A jump through a
/// register that holds no address in the code becomes one to what follows.
void tame(Code& code);

/// Whether the item is an address in the code, for storing at, of what lies no further than the fence.i
/// that has to follow the store. Overwritten, that fence would order nothing.
bool points_at_own_fence(const Code& code, std::size_t i);

/// The registers that loops count in and that jumps and stores of the code find addresses in; what
/// edits the code had better leave them alone.
u32 registers_relied_on(const Code& code);

}  // namespace diptych::fuzz
