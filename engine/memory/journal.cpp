#include "engine/memory/journal.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace diptych {
namespace {

constexpr u8 state_mask = Window::rights_mask | Window::mapped_bit;

// Pages kept at a write, because the next one is mostly near. The more of them there are, the more each takes
// along: each may cost the host two mappings, of which it has some 65,000.
constexpr u64 smallest_granule = 4;
constexpr std::size_t many_runs = 4096;
constexpr u64 most_ahead = 512;

// Writes between mark and mark to so many runs of pages are not refused but kept ahead.
constexpr std::size_t most_written_runs = 8192;

bool is_zero(const u8* page) {
  u64 first = 0;
  std::memcpy(&first, page, sizeof first);
  return first == 0 && std::memcmp(page, page + sizeof first, page_size - sizeof first) == 0;
}

// Whether pages of the host's memory were never touched, so that they are zero: reading them to see would
// make the host give them. Asked for many at once.
class Untouched {
 public:
  explicit Untouched(int pagemap) : pagemap_(pagemap) {}

  bool operator()(const u8* host) {
    const u64 page = reinterpret_cast<u64>(host) / page_size;
    if (pagemap_ < 0) return false;
    if (page - first_ >= entries_.size()) {
      first_ = page;
      const ssize_t got = pread(pagemap_, entries_.data(), sizeof entries_, off_t(page * sizeof(u64)));
      // What is not told is taken for touched.
      std::fill(entries_.begin() + std::max<ssize_t>(got, 0) / ssize_t(sizeof(u64)), entries_.end(), there);
    }
    return (entries_[page - first_] & there) == 0;
  }

 private:
  static constexpr u64 there = u64{3} << 62;  // present, or swapped out

  int pagemap_;
  u64 first_ = ~u64{0};
  std::array<u64, 512> entries_{};
};

constexpr u64 worth_asking = 64;

// Adds the time it lives.
class Spending {
 public:
  explicit Spending(std::chrono::nanoseconds& spent) : spent_(spent) {}
  Spending(const Spending&) = delete;
  Spending& operator=(const Spending&) = delete;
  ~Spending() { spent_ += std::chrono::steady_clock::now() - begin_; }

 private:
  std::chrono::nanoseconds& spent_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void sort(auto& runs) { std::ranges::sort(runs, {}, [](const auto& run) { return run.begin; }); }

// Sorted runs that touch or overlap become one.
void join(PageRuns<bool>& runs) {
  sort(runs);
  std::size_t kept = 0;
  for (const auto& run : runs) {
    if (kept != 0 && run.begin <= runs[kept - 1].end) runs[kept - 1].end = std::max(runs[kept - 1].end, run.end);
    else runs[kept++] = run;
  }
  runs.resize(kept);
}

}  // namespace

Journal::Journal(Window& window) : window_(window), pagemap_(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)) {
  const u8 there = 1;
  if (Untouched(pagemap_)(&there)) ::close(std::exchange(pagemap_, -1));  // it does not tell the truth
  window_.journal_ = this;
}

Journal::~Journal() {
  if (pagemap_ >= 0) ::close(pagemap_);
  window_.journal_ = nullptr;
  (void)window_.set_all_journaled(false);
}

std::size_t Journal::find(u64 mark) const {
  const auto found = std::ranges::find(layers_, mark, &Layer::number);
  return std::size_t(found - layers_.begin());
}

std::vector<u64> Journal::marks() const {
  std::vector<u64> marks;
  for (const Layer& layer : layers_) marks.push_back(layer.number);
  return marks;
}

std::size_t Journal::size() const {
  std::size_t runs = recent_.capacity() * sizeof recent_[0];
  for (const Layer& layer : layers_)
    runs += layer.images.capacity() * sizeof layer.images[0] + layer.rights.capacity() * sizeof layer.rights[0];
  return pool_.used() * page_size + runs;
}

bool Journal::readable(u64 page) const { return window_.mapped(page * page_size) && window_.host_reads(page); }

void Journal::keep(u64 page) {
  const u8* bytes = window_.base() + page * page_size;
  u8* image = nullptr;
  if (!readable(page)) {
    image = pool_.take();
    window_.look(page * page_size, {image, page_size});
    if (is_zero(image)) pool_.give_back(std::exchange(image, nullptr));
  } else if (!is_zero(bytes)) {
    image = pool_.take();
    std::memcpy(image, bytes, page_size);
  }
  add_image(page, image);
}

void Journal::add_image(u64 page, u8* image) {
  if (!image && !recent_.empty() && recent_.back().end == page && !recent_.back().value) ++recent_.back().end;
  else recent_.push_back({page, page + 1, image});
}

// Guards no longer what is guarded of some pages, and keeps it, but for what is known.
void Journal::open(u64 begin, u64 end, bool known) {
  const u64 pages = window_.size() / page_size;
  PageRuns<bool> guarded;
  for (u64 unit = 1;; unit *= 4) {
    const u64 from = begin & ~(unit - 1), to = std::min((end + unit - 1) & ~(unit - 1), pages);
    for (u64 page = from; page < to;) {
      u64 next = page;
      while (next < to && window_.rights_table()[next] & Window::journaled_bit) ++next;
      if (next > page) add_missing(guarded, {page, next, true});
      page = next + 1;
    }
    if (guarded.empty()) return;
    // Where the host gives no more mappings, more pages around need fewer. Of the whole window it is sure.
    if (window_.set_journaled(from, to, false) || (from == 0 && to == pages)) break;
  }
  ++runs_;
  for (const auto& run : guarded) {
    unguarded_.push_back(run);
    if (layers_.empty()) continue;
    const bool many = run.end - run.begin >= worth_asking;
    Untouched untouched(many ? pagemap_ : -1);
    for (u64 page = run.begin; page < run.end; ++page) {
      if (known && page >= begin && page < end) continue;
      if (many && untouched(window_.base() + page * page_size)) add_image(page, nullptr);
      else keep(page);
    }
  }
}

void Journal::before_write(u64 begin, u64 end) {
  const Spending spending(spent_);
  if (end == begin + 1) {
    // One page is written because of one access: others will follow.
    u64 granule = smallest_granule;
    for (std::size_t runs = runs_; runs >= many_runs && granule < most_ahead; runs -= many_runs) granule *= 8;
    if (begin - expected_ < ahead_) {
      ahead_ = std::min(2 * ahead_, most_ahead);
    } else {
      ahead_ = std::min(granule, most_ahead);
      begin &= ~(ahead_ - 1);
    }
    expected_ = end = std::min(begin + ahead_, window_.size() / page_size);
  }
  open(begin, end, false);
}

void Journal::before_change(u64 begin, u64 end, bool loses_bytes) {
  const Spending spending(spent_);
  if (loses_bytes) open(begin, end, false);
  if (layers_.empty()) return;
  const u8* const pages = window_.rights_table();
  for (u64 page = begin; page < end;) {
    const u8 state = pages[page] & state_mask;
    u64 next = page + 1;
    while (next < end && (pages[next] & state_mask) == state) ++next;
    add_missing(layers_.back().rights, {page, next, state});
    page = next;
  }
  if (loses_bytes) unguarded_.push_back({begin, end, true});
}

void Journal::release(PageRuns<u8*>& images) {
  std::ranges::for_each(images, give_back(), &PageRun<u8*>::value);
  images.clear();
}

// What was kept of a page first is how it was at the mark.
void Journal::settle() {
  sort(recent_);
  merge_missing(layers_.back().images, recent_, give_back());
  recent_.clear();
  cut_unmapped(layers_.back());
}

// What was mapped after the mark held nothing then. There may be images of it where a later mark was
// forgotten.
void Journal::cut_unmapped(Layer& layer) {
  PageRuns<u8> unmapped;
  std::ranges::copy_if(layer.rights, std::back_inserter(unmapped), [](const auto& run) { return run.value == 0; });
  if (!unmapped.empty()) cut(layer.images, unmapped, give_back());
}

void Journal::merge(Layer& earlier, Layer& later) {
  merge_missing(earlier.images, later.images, give_back());
  merge_missing(earlier.rights, later.rights, [](u8) {});
  cut_unmapped(earlier);
}

// Of what was kept ahead, or along, much was not written after all. The others are the pages written.
void Journal::drop_unchanged() {
  written_.clear();
  std::erase_if(layers_.back().images, [&](const PageRun<u8*>& image) {
    if (!image.value) {
      for (u64 page = image.begin; page < std::min(image.end, image.begin + smallest_granule); ++page) written_.push_back(page);
      return false;
    }
    if (readable(image.begin) && std::memcmp(image.value, window_.base() + image.begin * page_size, page_size) == 0) {
      pool_.give_back(image.value);
      return true;
    }
    written_.push_back(image.begin);
    return false;
  });
}

u64 Journal::mark() {
  const Spending spending(spent_);
  if (layers_.empty()) {
    layers_.push_back({next_number_, {}, {}});
    unguarded_.clear();
    written_.clear();
    (void)window_.set_all_journaled(true);
  } else {
    const std::vector<u64> before = std::move(written_);
    settle();
    drop_unchanged();
    layers_.push_back({next_number_, {}, {}});
    // Who wrote between the last marks, and those before, will do so again.
    std::vector<u64> again;
    std::ranges::set_intersection(written_, before, std::back_inserter(again));
    PageRuns<bool> open;
    for (u64 page : again) {
      if (!readable(page) || (window_.rights_table()[page] & Window::journaled_bit)) continue;
      if (!open.empty() && open.back().end == page) {
        ++open.back().end;
      } else {
        if (open.size() == most_written_runs) break;
        open.push_back({page, page + 1, true});
      }
      keep(page);
    }
    join(unguarded_);
    auto next = open.begin();
    bool guarded = true;
    for (auto run : unguarded_) {
      for (; next != open.end() && next->begin < run.end; ++next) {
        guarded = guarded && (run.begin == next->begin || window_.set_journaled(run.begin, next->begin, true));
        run.begin = next->end;
      }
      guarded = guarded && (run.begin >= run.end || window_.set_journaled(run.begin, run.end, true));
    }
    // The fewest mappings are needed where everything is guarded alike.
    if (!guarded) (void)window_.set_all_journaled(true);
    unguarded_ = std::move(open);
  }
  runs_ = 0;
  expected_ = ahead_ = 0;
  return next_number_++;
}

void Journal::forget(u64 mark) {
  const Spending spending(spent_);
  const std::size_t at = find(mark);
  if (at == layers_.size()) return;
  settle();
  if (at == 0) release(layers_[0].images);
  else merge(layers_[at - 1], layers_[at]);
  layers_.erase(layers_.begin() + std::ptrdiff_t(at));
}

Result<void> Journal::put_back_rights(const Layer& layer, PageRuns<bool>& code) {
  const u8* const pages = window_.rights_table();
  for (const auto& run : layer.rights)
    for (u64 page = run.begin; page < run.end;) {
      const u8 now = pages[page] & state_mask;
      u64 next = page + 1;
      while (next < run.end && (pages[next] & state_mask) == now) ++next;
      if (now != run.value) {
        const u64 address = page * page_size, size = (next - page) * page_size;
        const Access rights = Access(run.value & Window::rights_mask);
        if (allows(Access((now | run.value) & Window::rights_mask), Access::execute)) code.push_back({page, next, true});
        const Result<void> done = run.value == 0 ? window_.unmap(address, size)
                                  : now == 0     ? window_.map(address, size, rights)
                                                 : window_.protect(address, size, rights);
        if (!done) return done;
      }
      page = next;
    }
  return {};
}

Result<void> Journal::put_back_bytes(const Layer& layer, PageRuns<bool>& code) {
  for (const auto& image : layer.images) {
    const u64 address = image.begin * page_size, size = (image.end - image.begin) * page_size;
    Result<void> done;
    if (!image.value) {
      done = window_.clear(address, size);
    } else {
      if (readable(image.begin) && std::memcmp(image.value, window_.base() + address, page_size) == 0) continue;
      done = window_.fill(address, {image.value, page_size});
    }
    if (!done) return done;
    for (u64 page = image.begin; page < image.end; ++page)
      if (allows(window_.rights(page * page_size), Access::execute)) code.push_back({page, page + 1, true});
  }
  return {};
}

Result<std::vector<Range>> Journal::restore(u64 mark) {
  const std::size_t at = find(mark);
  if (at == layers_.size()) return fail(ErrorKind::bad_input, fmt::format("guest memory was not marked with the number {}", mark));
  settle();
  for (std::size_t later = at + 1; later < layers_.size(); ++later) merge(layers_[at], layers_[later]);
  layers_.resize(at + 1);
  const Layer& layer = layers_.back();

  PageRuns<bool> code;
  // What stands in the layer need not be kept again.
  PageRuns<bool> kept;
  for (const auto& image : layer.images) kept.push_back({image.begin, image.end, true});
  join(kept);
  window_.journal_ = nullptr;
  Result<void> done = put_back_rights(layer, code);
  window_.journal_ = this;
  for (const auto& run : kept) open(run.begin, run.end, true);
  window_.journal_ = nullptr;
  if (done) done = put_back_bytes(layer, code);
  join(code);
  for (const auto& run : code) (void)window_.unwatch(run.begin * page_size, (run.end - run.begin) * page_size);
  window_.journal_ = this;
  if (!done) return std::unexpected(std::move(done).error());
  settle();
  unguarded_.insert(unguarded_.end(), kept.begin(), kept.end());
  written_.clear();

  std::vector<Range> changed;
  for (const auto& run : code) changed.push_back({run.begin * page_size, (run.end - run.begin) * page_size});
  return changed;
}

}  // namespace diptych
