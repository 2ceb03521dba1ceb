# muxbench. One Makefile for the whole tree; everything it makes is in build/.
# Variables: V=1 shows the commands, DEV=1 makes warnings errors, SAN=asan or
# SAN=tsan builds with that sanitizer in a folder of its own.
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

VERSION := 0.1.0
SAN ?=
BUILD ?= build$(if $(SAN),/$(SAN))
Q := $(if $(V),,@)
JOBS := $(shell nproc 2>/dev/null || echo 2)

# --- flags; those of the measured programs are recorded in every run ---
warnings := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
  -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla \
  -Wredundant-decls
san_asan := -fsanitize=address,undefined -fno-sanitize-recover=all \
  -fno-omit-frame-pointer
san_tsan := -fsanitize=thread
CFLAGS ?= -O2 -g
all_cflags := -std=c11 $(CFLAGS) -fno-common -pthread $(warnings) \
  $(if $(DEV),-Werror) $(san_$(SAN))
all_cppflags := -I. -I$(BUILD) -D_GNU_SOURCE \
  -DMUXBENCH_VERSION='"$(VERSION)"' $(CPPFLAGS)
all_ldflags := -pthread $(san_$(SAN)) $(LDFLAGS)

# --- what there is ---
models := $(basename $(notdir $(wildcard servers/models/*.c)))
parts := common servers loadgen bench
test_parts := $(wildcard $(parts:%=%/test))
sources_common := $(wildcard common/*.c)
sources_servers := $(filter-out servers/main.c, \
  $(wildcard servers/*.c servers/protocols/*.c servers/files/*.c))
sources_client := $(filter-out servers/client/client.c, \
  $(wildcard servers/client/*.c))
sources_loadgen := $(filter-out loadgen/main.c loadgen/test/%, \
  $(wildcard loadgen/*.c loadgen/*/*.c))
sources_bench := $(filter-out bench/main.c bench/test/%, \
  $(wildcard bench/*.c bench/*/*.c))

# What a program links beyond its own objects; a model may need a library of
# its own: libs_NAME.
libs_loadgen := -ljansson -luring -lz -lm
libs_bench := -linih -ljansson -lz -lm
libs_client := -ledit
# A test of system calls that fail puts its own in their place.
libs_test_net := -Wl,--wrap=accept4,--wrap=recv,--wrap=send
libs_test_recorder := -Wl,--wrap=writev,--wrap=fdatasync

# The runner reads what the generator writes over time.
uses_bench := $(BUILD)/libloadgen.a
# The client is tested with the servers that it talks to.
uses_servers := $(BUILD)/libclient.a

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
servers := $(models:%=$(BUILD)/servers/%)
programs := $(servers) $(BUILD)/client $(BUILD)/loadgen $(BUILD)/muxbench

# Unit tests are PART/test/test_*.c; what they share is the other *.c there.
# They are built into build/test/PART/, because build/PART may be a program.
unit_sources := $(wildcard $(test_parts:%=%/test_*.c))
in_build = $(patsubst %.c,$(BUILD)/test/%,$(subst /test/,/,$(1)))
unit_tests := $(call in_build,$(unit_sources))
# The conformance tests are one program that finds its model in its own name.
conform_sources := $(wildcard servers/test/conform/*.c)
conform_tests := $(if $(conform_sources), \
  $(models:%=$(BUILD)/test/servers/conform-%))
shell_tests := $(wildcard $(test_parts:%=%/test_*.sh))
# Small programs that tests and benchmarks run.
tool_sources := $(wildcard $(test_parts:%=%/tool_*.c))
tools := $(call in_build,$(tool_sources)) $(BUILD)/tour-clients
helper_sources = $(filter-out $(unit_sources) $(tool_sources), \
  $(wildcard $(1)/test/*.c))

.PHONY: all
all: $(programs) ## build everything into build/ (plain `make`)

$(servers): $(BUILD)/servers/%: $(BUILD)/obj/servers/models/%.o \
    $(BUILD)/obj/servers/main.o $(BUILD)/libservers.a $(BUILD)/libcommon.a
	$(link) $(libs_$*)

# The same with a slow-down in front of recv(), to prove the regression gate.
planted := $(models:%=$(BUILD)/planted/servers/%)
$(planted): $(BUILD)/planted/servers/%: $(BUILD)/obj/servers/models/%.o \
    $(BUILD)/obj/servers/main.o $(BUILD)/obj/servers/test/plant/plant.o $(BUILD)/obj/servers/test/spin.o \
    $(BUILD)/libservers.a $(BUILD)/libcommon.a
	$(link) $(libs_$*) -Wl,--wrap=recv

$(BUILD)/client: $(BUILD)/obj/servers/client/client.o \
    $(BUILD)/libclient.a $(BUILD)/libcommon.a
	$(link) $(libs_client)

$(BUILD)/loadgen: $(BUILD)/obj/loadgen/main.o $(BUILD)/libloadgen.a \
    $(BUILD)/libcommon.a
	$(link) $(libs_loadgen)

$(BUILD)/muxbench: $(BUILD)/obj/bench/main.o $(BUILD)/libbench.a \
    $(uses_bench) $(BUILD)/libcommon.a
	$(link) $(libs_bench)

$(BUILD)/tour-clients: $(BUILD)/obj/servers/tour/clients.o \
    $(BUILD)/libcommon.a
	$(link)

# --- how ---
define link
	@mkdir -p $(@D)
	$(if $(Q),@echo "  LINK $@")
	$(Q)$(CC) $(all_cflags) $(all_ldflags) -o $@ $(filter %.o %.a,$^)
endef

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC   $<")
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -MMD -MP -c -o $@ $<

define archive_rule
$(BUILD)/lib$(1).a: $$(call objects,$(2))
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach p,$(parts) client,\
  $(eval $(call archive_rule,$(p),$(sources_$(p)))))
$(foreach p,$(parts),\
  $(eval $(call archive_rule,$(p)test,$(call helper_sources,$(p)))))

# Tests and tools of a part link the part, its test helpers, and cmocka.
define test_rules
$(BUILD)/test/$(1)/%: $(BUILD)/obj/$(1)/test/%.o $(BUILD)/lib$(1)test.a \
    $(BUILD)/lib$(1).a $(uses_$(1)) $(BUILD)/libcommontest.a $(BUILD)/libcommon.a
	$$(link) -lcmocka $$(libs_$(1)) $$(libs_$$*)
endef
$(foreach p,$(parts),$(eval $(call test_rules,$(p))))

$(BUILD)/test/servers/conform: $(call objects,$(conform_sources)) \
    $(BUILD)/libserverstest.a $(BUILD)/libcommontest.a $(BUILD)/libcommon.a
	$(link) -lcmocka

$(conform_tests): $(BUILD)/test/servers/conform
	$(Q)ln -sf conform $@

# Other flags, other objects.
$(BUILD)/flags: force
	@mkdir -p $(@D)
	@echo '$(subst ',,$(filter-out -Werror,$(CC) $(all_cppflags) \
	  $(all_cflags) $(all_ldflags)))' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# The compiler and its flags, and the revision, as every run records them.
$(BUILD)/build_info.h: force
	@mkdir -p $(@D)
	@CC='$(CC)' CFLAGS='$(strip -std=c11 $(CFLAGS) -fno-common -pthread $(san_$(SAN)))' \
	  bench/build_info.sh $@
$(call objects,$(sources_bench)): $(BUILD)/build_info.h
.PHONY: force
force:

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# --- what people type ---
SUITE ?= quick
RUN ?=
bench_flags = --suite "$(SUITE)" \
  $(if $(SERVERS),--servers "$(SERVERS)") \
  $(if $(CONNECTIONS),--connections "$(CONNECTIONS)") \
  $(if $(DURATION),--duration "$(DURATION)") \
  $(if $(REPEATS),--repeats "$(REPEATS)") \
  $(if $(LABEL),--label "$(LABEL)") $(if $(SEED),--seed "$(SEED)")

.PHONY: bench
bench: ## install what is missing, build, run SUITE, draw charts and report
	@common/setup.sh run
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(BUILD)/muxbench run $(bench_flags)

.PHONY: report plots
report: all ## redraw a run's report and charts (RUN=..., default: the last)
	@$(BUILD)/muxbench report $(if $(RUN),"$(RUN)")
plots: all ## redraw a run's charts alone (RUN=..., default: the last)
	@$(BUILD)/muxbench report --plots $(if $(RUN),"$(RUN)")

.PHONY: compare
compare: all ## runs side by side (A=RUN B=RUN [C=RUN]; default: the newest two)
	@$(BUILD)/muxbench compare $(if $(A),"$(A)") $(if $(B),"$(B)") \
	  $(if $(C),"$(C)")

.PHONY: regress check-harness
BASE ?=
regress_flags = $(if $(BASE),--base "$(BASE)") \
  $(if $(BUDGET),--budget "$(BUDGET)") $(if $(SERVERS),--servers "$(SERVERS)") \
  $(if $(SEED),--seed "$(SEED)")
regress: ## is this tree slower than another? (BASE=a revision or a folder)
	@common/setup.sh run
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(BUILD)/muxbench regress $(regress_flags)
check-harness: ## prove the regression gate; 40 minutes, or with QUICK=1 ten
	@common/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) all $(tools) $(planted)
	@BUILD=$(BUILD) bench/test/check_harness.sh $(if $(QUICK),--quick)

.PHONY: models
models: all ## a Markdown table of models, with a run's figures (RUN=...)
	@BUILD=$(BUILD) bench/models.sh $(if $(RUN),"$(RUN)")

.PHONY: list
list: all ## models and suites with a line each
	@$(BUILD)/muxbench list

.PHONY: tour tour-run
tour: ## two clients visit each model: who waits, and which calls? (MODELS=...)
	@common/setup.sh test || common/setup.sh run
	@$(MAKE) --no-print-directory -j$(JOBS) tour-run
tour-run: $(servers) $(BUILD)/tour-clients
	@BUILD=$(BUILD) servers/tour/tour.sh $(MODELS)

.PHONY: test test-run test-unit test-conform
test: ## install what is missing, build, run every test
	@common/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) test-run
# PROVE_FLAGS: such as "--failures --comments", to see what went wrong
prove = BUILD=$(BUILD) SAN=$(SAN) prove -j4 $(PROVE_FLAGS) --exec common/test/run.sh
test-run: all $(unit_tests) $(conform_tests) $(tools) $(planted)
	@$(prove) $(unit_tests) $(conform_tests) $(shell_tests)
test-unit: $(unit_tests) ## only the unit tests
	@$(prove) $(unit_tests)
test-conform: $(servers) $(conform_tests) ## only the servers' common tests
	@$(prove) $(conform_tests)

.PHONY: asan tsan
asan: ## every test again under AddressSanitizer and UBSan
	@common/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) SAN=asan test-run
tsan: ## the threaded parts' tests under ThreadSanitizer
	@common/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) SAN=tsan tsan-run
threaded_models := threaded threadpool
.PHONY: tsan-run
tsan-run: all $(unit_tests) $(conform_tests) $(tools)
	@$(prove) $(threaded_models:%=$(BUILD)/test/servers/conform-%) \
	  $(filter $(BUILD)/test/loadgen/%,$(unit_tests))

.PHONY: audit bench-loadgen
audit: all $(tools) ## system calls per request, per model (needs strace)
	@common/setup.sh test
	@BUILD=$(BUILD) servers/test/audit.sh
bench-loadgen: all $(tools) ## our generator's speed as ratios to wrk's (PAIRS=5)
	@common/setup.sh test
	@BUILD=$(BUILD) PAIRS=$(PAIRS) CONNECTIONS="$(CONNECTIONS)" \
	  loadgen/test/bench_loadgen.sh

.PHONY: lint everything format format-check
everything: all $(unit_tests) $(conform_tests) $(tools) $(planted)
c_files = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
lint: ## compilers, clang-tidy, cppcheck, shellcheck, formatting
	@common/setup.sh lint
	@MAKE='$(MAKE)' VERSION='$(VERSION)' common/lint.sh
format: ## format all C files in place
	@clang-format -i $(c_files)
format-check:
	@clang-format --dry-run --Werror $(c_files)

.PHONY: help clean
help: ## every target with a line each
	@sed -n 's/^\([a-z-]*\)\( [a-z]*\)*:.*## /\1\t/p' Makefile | \
	  expand -t 16
clean: ## remove build/
	rm -rf build
