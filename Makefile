# The front door. The build itself is CMake's; this says what is to be built, with what, and run how.

GUEST = riscv64
SUBJECT = all
ORACLE = unicorn,qemu
DURATION = 60
SEED = $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
OUT = reports/out
SCALE = 1
FAULT =
RUNS = 200000
ROUNDS = 5

PARALLEL = $(shell nproc)

help:
	@echo 'make fuzz      install what is missing, build, and compare the engine with its references'
	@echo '               for a minute; findings and a summary are left in $(OUT)/'
	@echo '               GUEST=$(GUEST) SUBJECT=$(SUBJECT) ORACLE=$(ORACLE) DURATION=$(DURATION) SEED=random OUT=$(OUT)'
	@echo 'make test      install what is missing, build, and run the tests: as released, under the'
	@echo '               address sanitizer, and under the thread sanitizer where threads meet'
	@echo 'make bench     install what is missing, build, and measure the tiers against native code and qemu'
	@echo '               SCALE=$(SCALE) ROUNDS=$(ROUNDS) OUT=$(OUT); SCALE=0.1 takes a tenth of the time'
	@echo 'make faults    build a copy of the source with faults planted in it, and tell which of them the fuzzer finds'
	@echo '               FAULT=all of them RUNS=$(RUNS) SEED=random; FAULT=links tries one table, or one fault'
	@echo 'make golden    write the host code of every instruction to tests/golden/ anew, for review by git diff'
	@echo 'make build     install what is missing, and build build/release/diptych'
	@echo 'make packages  only install what is missing for all of these'
	@echo 'make clean     remove build/ and reports/out/'

packages:
	@setup/install build run test bench

# Tests are not built unless they have been asked for before: they need more packages.
build:
	@setup/install build
	@cmake --preset release $(if $(wildcard build/release/build.ninja),,-DDIPTYCH_TESTS=OFF)
	@cmake --build build/release --target diptych diptych-fuzz-worker

# All packages come before the build: nobody waits for it only to be asked for a password.
fuzz:
	@setup/install build run
	@$(MAKE) --no-print-directory build
	build/release/diptych fuzz --guest $(GUEST) --subject $(SUBJECT) --oracle $(ORACLE) \
	  --seconds $(DURATION) --seed $(SEED) --out $(OUT)

bench:
	@setup/install build run bench
	@cmake --preset release $(if $(wildcard build/release/build.ninja),,-DDIPTYCH_TESTS=OFF)
	@cmake --build build/release --target diptych_bench
	@mkdir -p $(OUT)
	@status=0; \
	build/release/diptych-bench --scale $(SCALE) --rounds $(ROUNDS) --json $(OUT)/bench.json || status=$$?; \
	build/release/diptych-bench-translation --json $(OUT)/translation.json || status=$$?; \
	build/release/diptych-bench-gdb --json $(OUT)/gdb.json || status=$$?; \
	exit $$status

# The faults of tests/faults/table, all in one copy of the source, each switched by a variable of the environment.
faulty = build/faults/tree
faults:
	@setup/install build run
	@cmake --preset release $(if $(wildcard build/release/build.ninja),,-DDIPTYCH_TESTS=OFF)
	@cmake --build build/release --target diptych-faults
	build/release/diptych-faults plant --tree $(faulty)
	@cd $(faulty) && cmake --preset fuzz "-DCMAKE_CXX_FLAGS=-w -include $(CURDIR)/tests/faults/planted.hpp"
	@cmake --build $(faulty)/build/fuzz --target diptych diptych-fuzz-worker
	build/release/diptych-faults run --command $(faulty)/build/fuzz/diptych --runs $(RUNS) --seed $(SEED) --out build/faults/out \
	  $(addprefix --fault ,$(FAULT))

golden:
	@setup/install build
	@cmake --preset release $(if $(wildcard build/release/build.ninja),,-DDIPTYCH_TESTS=OFF)
	@cmake --build build/release --target diptych-golden
	build/release/diptych-golden tests/golden/riscv64

test: test-release test-asan test-tsan

# $(1) preset, $(2) targets to build, $(3) what ctest is told beside that.
define run_tests
	@setup/install build run test bench
	@cmake --preset $(1) -DDIPTYCH_TESTS=ON
	@cmake --build build/$(1) --target $(2)
	@ctest --test-dir build/$(1) --parallel $(PARALLEL) --no-tests=error --output-on-failure $(3)
endef

test-release:
	$(call run_tests,release,all)

test-asan: test-release
	$(call run_tests,asan,diptych_tests)

test-tsan: test-asan
	$(call run_tests,tsan,diptych_thread_tests,--label-regex threads)

clean:
	rm -rf build reports/out

.PHONY: help packages build fuzz bench faults golden test test-release test-asan test-tsan clean
