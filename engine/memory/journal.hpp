// What guest memory was: enough to put a window back to how it was at a mark.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/memory/page_pool.hpp"
#include "engine/memory/page_runs.hpp"
#include "engine/memory/range.hpp"
#include "engine/memory/window.hpp"

#include <chrono>
#include <vector>

namespace diptych {

/// The host refuses writes to what was not written since the last mark: the first one has the page's bytes
/// kept. Pages written between mark and mark are kept ahead, and not refused. A journal takes part in every
/// change of the window from its first mark on, until it is destroyed, which is before the window is.
class Journal {
 public:
  /// The window stays where it is.
  explicit Journal(Window& window);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  /// A mark is now. Marks are numbered upwards, and no number comes twice. Costs about as much as there was
  /// written since the one before; the first looks at all that is mapped.
  u64 mark();

  /// Puts every page back to how it was at a mark: its bytes, its rights, whether it is mapped. Later marks are
  /// forgotten, this one stays. The ranges that are or were executable and are others now: what was made of
  /// their code no longer holds, and nothing watches them. After an error of the host memory is in no state
  /// that it ever had; only a mark that does not exist leaves it alone.
  Result<std::vector<Range>> restore(u64 mark);

  /// Forgets a mark. The state at the others is kept.
  void forget(u64 mark);

  /// Ascending.
  std::vector<u64> marks() const;

  /// Bytes taken for all that is kept.
  std::size_t size() const;

  /// The host's time that all this has taken so far, the signals of refused writes beside. Who marks in time
  /// with it, so that it stays a small part of all time, need not know what the guest does.
  std::chrono::nanoseconds spent() const { return spent_; }

  // For the window.

  /// Pages, numbered, are about to be written.
  void before_write(u64 begin, u64 end);
  /// They are about to have other rights, or with `loses_bytes` to be mapped anew or unmapped.
  void before_change(u64 begin, u64 end, bool loses_bytes);

 private:
  // How things were at a mark, as far as they were changed before the next one. A page without bytes was
  // zero.
  struct Layer {
    u64 number = 0;
    PageRuns<u8> rights;
    PageRuns<u8*> images;
  };

  void open(u64 begin, u64 end, bool known);
  void keep(u64 page);
  void add_image(u64 page, u8* image);
  void settle();
  void cut_unmapped(Layer& layer);
  auto give_back() {
    return [this](u8* image) {
      if (image) pool_.give_back(image);
    };
  }
  void drop_unchanged();
  void merge(Layer& earlier, Layer& later);
  void release(PageRuns<u8*>& images);
  bool readable(u64 page) const;
  std::size_t find(u64 mark) const;
  Result<void> put_back_rights(const Layer& layer, PageRuns<bool>& code);
  Result<void> put_back_bytes(const Layer& layer, PageRuns<bool>& code);

  Window& window_;
  int pagemap_;
  PagePool pool_;
  std::vector<Layer> layers_;
  u64 next_number_ = 1;

  // Of the time since the last mark:
  PageRuns<u8*> recent_;      // images, in the order in which they were kept
  PageRuns<bool> unguarded_;  // where writes go through, in any order, and it may be twice
  std::size_t runs_ = 0;      // that were made writable one by one
  u64 expected_ = 0;          // where the next write comes if they come one after the other
  u64 ahead_ = 0;             // and how many pages are kept then

  std::vector<u64> written_;  // pages written between the last two marks, ascending
  std::chrono::nanoseconds spent_{0};
};

}  // namespace diptych
