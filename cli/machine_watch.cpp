#include "cli/machine_watch.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace diptych::cli {

struct MachineWatch::Shared {
  std::atomic<u64> events;  // odd while a machine runs
  std::array<char, 64> name;
};

// Passes every call on.
class MachineWatch::Watched final : public Machine {
 public:
  Watched(std::unique_ptr<Machine> machine, Shared& shared) : machine_(std::move(machine)), shared_(shared) {}

  const Description& describe() const override { return machine_->describe(); }
  Result<void> prepare(const Program& program) override {
    const Call call(*this);
    return machine_->prepare(program);
  }
  Result<void> begin(std::span<const Input> inputs, Budget budget) override {
    const Call call(*this);
    return machine_->begin(inputs, budget);
  }
  Result<const Outcome*> outcome(std::size_t index, Precision precision) override {
    const Call call(*this);
    return machine_->outcome(index, precision);
  }
  bool alters_code() const override { return machine_->alters_code(); }
  bool exact_when_fast(const Stop& stop) const override { return machine_->exact_when_fast(stop); }
  double seconds_elsewhere() const override { return machine_->seconds_elsewhere(); }

 private:
  class Call {
   public:
    explicit Call(const Watched& machine) : shared_(machine.shared_) {
      const std::string& name = machine.describe().name;
      const std::size_t size = std::min(name.size(), shared_.name.size() - 1);
      std::copy_n(name.begin(), size, shared_.name.begin());
      shared_.name[size] = 0;
      shared_.events.fetch_add(1);
    }
    ~Call() { shared_.events.fetch_add(1); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Shared& shared_;
  };

  std::unique_ptr<Machine> machine_;
  Shared& shared_;
};

Result<std::unique_ptr<MachineWatch>> MachineWatch::create() {
  void* const at = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return fail(ErrorKind::environment, std::string("memory shared with a child process: ") + std::strerror(errno));
  return std::unique_ptr<MachineWatch>(new MachineWatch(new (at) Shared{}));
}

MachineWatch::~MachineWatch() { munmap(shared_, sizeof(Shared)); }

std::unique_ptr<Machine> MachineWatch::watched(std::unique_ptr<Machine> machine) {
  return std::make_unique<Watched>(std::move(machine), *shared_);
}

void MachineWatch::reset() { shared_->events = 0; }

u64 MachineWatch::events() const { return shared_->events; }

std::string MachineWatch::running() const { return shared_->events % 2 != 0 ? shared_->name.data() : ""; }

}  // namespace diptych::cli
