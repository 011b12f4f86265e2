// A block on its way from guest code to host code, each step kept to be shown.
#pragma once

#include "listing/host_text.hpp"

#include "engine/ir/block.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::listing {

struct GuestInstruction {
  u64 address = 0;
  u32 word = 0;
  u8 length = 0;
  std::string text;
};

struct Pass {
  std::string_view name;
  bool changed = false;
  ir::Block block;  ///< as the pass left it
};

/// Host code that is for one thing.
struct HostPart {
  using Kind = jit::Part::Kind;
  Kind kind = Kind::entry;
  std::string label;  ///< "slow.1"; empty on the way that is taken most of the time
  u32 guest = 0;      ///< number of the guest instruction it belongs to
  u64 target = 0;     ///< of a link: the guest address it leads to
  std::vector<HostInstruction> code;
};

/// A host instruction that may be refused, and the label of the part that then goes on.
struct HostAccess {
  u32 position = 0;
  std::string label;
};

struct Translated {
  u64 address = 0;
  u64 end = 0;
  u8 rounding = 0;
  bool uses_rounding = false;  ///< the code serves this rounding mode only
  std::vector<GuestInstruction> guest;
  ir::Block lifted;
  std::vector<Pass> passes;
  u32 position = 0;  ///< of the host code
  u32 size = 0;
  std::vector<u8> bytes;
  std::vector<HostPart> parts;
  std::vector<HostAccess> accesses;
  std::vector<u64> targets;  ///< where its direct jumps go

  /// Of a position in the code: the label that was given it, or nothing.
  std::string_view local(u32 position) const;
  std::vector<std::pair<u32, std::string>> locals;
};

class Translator {
 public:
  static Result<Translator> create();
  Translator(Translator&&) noexcept;
  Translator& operator=(Translator&&) noexcept;
  ~Translator();

  /// Guest code that lies at `address`, in RV64GC. Nothing beyond it is known.
  struct Code {
    std::span<const u8> bytes;
    u64 address = 0;
  };

  /// The block that begins at `pc`, an even address within the code at which a whole instruction lies,
  /// for a rounding mode as frm numbers them.
  Result<Translated> translate(const Code& code, u64 pc, u8 rounding, const jit::Options& options);

  /// The block at `pc`, and every further one that a jump to a known address, or what follows a block,
  /// leads to within the code; ascending.
  Result<std::vector<Translated>> translate_all(const Code& code, u64 pc, u8 rounding, const jit::Options& options);

 private:
  struct Workshop;
  explicit Translator(std::unique_ptr<Workshop> workshop);

  std::unique_ptr<Workshop> workshop_;
};

}  // namespace diptych::listing
