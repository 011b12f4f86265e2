// Host code as text that names what translated code works on: `[a0]` where the guest's a0 lies, `left` for
// the register that counts.
#pragma once

#include "engine/jit/compiler.hpp"
#include "engine/machine/guest.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diptych::listing {

struct HostInstruction {
  u32 position = 0;
  u8 length = 0;
  std::string mnemonic;
  std::string operands;
  std::optional<u32> target;  ///< of a direct jump or call: then the operands are to name it

  bool operator==(const HostInstruction&) const = default;
};

class HostText {
 public:
  static Result<HostText> create(Guest guest, const jit::FrameLayout& layout);
  HostText(HostText&&) noexcept;
  HostText& operator=(HostText&&) noexcept;
  ~HostText();

  /// The instructions in some bytes that lie at a position of the code memory.
  std::vector<HostInstruction> read(std::span<const u8> bytes, u32 position) const;

 private:
  struct Reader;
  explicit HostText(std::unique_ptr<Reader> reader);

  std::unique_ptr<Reader> reader_;
};

}  // namespace diptych::listing
