// The host side of a program's memory: one area for the code and one for each region.
#pragma once

#include "engine/machine/outcome.hpp"
#include "engine/machine/program.hpp"
#include "engine/memory/line_bytes.hpp"

#include <memory>
#include <span>
#include <vector>

namespace diptych {

/// A run of guest addresses with one access right, and where its bytes lie in the host.
struct Area {
  u64 address = 0;
  u64 size = 0;  ///< exactly the accessible bytes: for the code, its own and no more
  Access access = Access::none;
  u8* host = nullptr;
  u64* written = nullptr;  ///< where it is wanted: a bit for each line, set once a byte of it is reached for writing

  bool contains(u64 guest_address) const { return guest_address - address < size; }
};

/// Where a machine may keep an area: the code first, then the regions in their order. Each is at least
/// as large as the whole pages the area touches, and begins at the first such page.
struct AreaPlan {
  u64 first_page = 0;   ///< guest address of the first page
  u64 pages_size = 0;   ///< bytes in whole pages
  u64 address = 0;      ///< of the accessible bytes
  u64 size = 0;
  Access access = Access::none;
};

std::vector<AreaPlan> plan_areas(const Program& program);

/// Guest memory before the first instruction, and the way back to it after each run. Owned by no
/// machine's address space: each machine binds the areas to bytes of its own.
class InitialMemory {
 public:
  /// Takes the program's code and contents. The machines of one thread mostly have the same program: they
  /// share what is made of it, which stays in the caches so.
  void prepare(const Program& program);

  std::span<const AreaPlan> areas() const { return made_ ? std::span(made_->plans) : std::span<const AreaPlan>(); }

  /// The whole pages of one area, as they are before the first instruction.
  std::span<const u8> pages(std::size_t area) const { return made_->images[area]; }

  /// The accessible bytes of one area.
  std::span<const u8> bytes(std::size_t area) const {
    const AreaPlan& plan = made_->plans[area];
    return pages(area).subspan(plan.address - plan.first_page, plan.size);
  }

 private:
  struct Made {
    explicit Made(const Program& program);

    Program program;
    std::vector<AreaPlan> plans;
    std::vector<LineBytes> images;
  };

  std::shared_ptr<const Made> made_;
};

/// Lays an input's bytes over memory that already holds the initial image. `areas` are in plan order.
void lay(std::span<const Bytes> bytes, std::span<const Area> areas);

/// The views of an Outcome: each writable area, in order.
void view_writable(std::span<const Area> areas, std::vector<MemoryView>& views);

}  // namespace diptych
