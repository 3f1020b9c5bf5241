# WordClaw.  `make help` lists what can be asked for.
# Layers see only what they may include: that is the dependency rule (ARCHITECTURE.md), enforced by -iquote.

FLAVOUR  ?= release
B        := build/$(FLAVOUR)
BIN      := $(if $(filter release,$(FLAVOUR)),bin,$(B)/bin)
CC       := $(if $(filter fuzz,$(FLAVOUR)),clang,gcc)
# make V=1 shows the command lines.
Q        := $(if $(V),,@)
SAY      := $(if $(V),@:,@echo " ")
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

HARDEN   := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
WARN     := -Wall -Wextra -Werror -Wformat=2 -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wundef
CFLAGS_release := -O2 $(HARDEN)
CFLAGS_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -fsanitize=thread -fno-omit-frame-pointer
# Without the application's tenant checks: proves that row-level security stands alone (tests/e2e).
CFLAGS_bare    := -O2 $(HARDEN) -DWORDCLAW_TEST_WITHOUT_TENANT_CHECK
# With clang, for libFuzzer is its own.
CFLAGS_fuzz    := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_asan   := -fsanitize=address,undefined
LDFLAGS_tsan   := -fsanitize=thread
LDFLAGS_bare   := $(LDFLAGS_release)
LDFLAGS_fuzz   := -fsanitize=fuzzer,address,undefined
CFLAGS   := -std=c11 -D_GNU_SOURCE -g -pthread $(WARN) $(CFLAGS_$(FLAVOUR)) $(EXTRA_CFLAGS)
LDFLAGS  := -pthread $(LDFLAGS_$(FLAVOUR)) -Wl,--as-needed
CPPFLAGS  = -MMD -MP -isystem /usr/include/postgresql

SERVICES := $(notdir $(patsubst %/main.c,%,$(wildcard services/*/main.c)))

# Generated sources only a service links (its thunks and statements) against those everybody may.
GEN_OF    = $(wildcard proto/generated/$(1)_service.c proto/generated/$(1)_queries.c)
GEN_OWN  := $(wildcard proto/generated/*_service.c proto/generated/*_queries.c)
GEN_ALL  := $(filter-out $(GEN_OWN),$(wildcard proto/generated/*.c))

# Rooms are found: a folder below a layer belongs to it.
files = $(sort $(shell find $(1) -name '*.c' $(2)))
BASE_SRC    := $(call files,common/base)
IO_SRC      := $(call files,common/io)
SKEL_SRC    := $(call files,common/service)
GATEWAY_SRC := $(call files,gateway,-not -path 'gateway/cli/*')
CLI_SRC     := $(call files,gateway/cli)

obj = $(patsubst %.c,$(B)/%.o,$(1))

Q_BASE    := -iquote common/base
Q_GEN     := $(Q_BASE) -iquote proto/generated
Q_IO      := $(Q_GEN) -iquote common/io
Q_SERVICE := $(Q_IO) -iquote common/service

LIB_IO_NODB := -lczmq -lzmq -lmsgpackc -lsodium -lsecp256k1 -lpcre2-8 -lcurl -lcrypto -lm
LIB_HTTP    := -lmicrohttpd -lz
LIB_CLI     := -ljq
LIB_DB      := -lpq

BINARIES := $(if $(GATEWAY_SRC),$(BIN)/wordclaw-gateway) $(SERVICES:%=$(BIN)/wordclaw-%) \
	$(if $(wildcard migrations/migrate.c),$(BIN)/wordclaw-migrate) $(BIN)/wordclaw-operate $(if $(CLI_SRC),$(BIN)/wordclaw)

.PHONY: all ui run test check generate fmt bench fault fuzz fuzzers asan tsan explorer deb help bootstrap clean unit arch tests
.DEFAULT_GOAL := all

all: $(BINARIES) build/ui/.made ## build everything into bin/, and the console into build/ui

# The console is made from what the API says of itself.  Without npm the rest is built all the same, and /ui says what is missing.
UI_SRC := $(shell find gateway/ui -type f) proto/generated/openapi.json
build/ui/.made: $(UI_SRC)
	$(SAY) UI $(@D)
	$(Q)gateway/ui/build $(@D) || echo "  The console is not built: /ui says so.  'make ui' tries again."
	$(Q)mkdir -p $(@D) && touch $@
ui: ## the console and the viewer of /documentation into build/ui
	$(Q)gateway/ui/build build/ui && touch build/ui/.made

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

run: ## install what is missing, build, start everything, print the first calls (Ctrl-C stops)
	@deploy/local/run

bootstrap: ## install the packages that building and running need
	@deploy/bootstrap run

generate: ## proto/*.toml, services/*/queries.sql and migrations -> proto/generated
	python3 proto/gen/generate.py
	@! [ -f docs/compare.py ] || python3 docs/compare.py

fmt: ## clang-format the lines that changed
	@git clang-format -q -f HEAD -- '*.c' '*.h' ':!proto/generated'

# ---- objects: one rule per layer ----

# Only what shows the version is compiled with it: the others are the same bytes in every commit.
VERSIONED := $(shell grep -rl WORDCLAW_VERSION --include='*.c' common gateway migrations operate services)
$(VERSIONED:%.c=$(B)/%.o): CPPFLAGS += -DWORDCLAW_VERSION='"$(VERSION)"'

$(B)/common/base/%.o: common/base/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_BASE) -c -o $@ $<
$(B)/common/io/%.o: common/io/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_IO) -c -o $@ $<
$(B)/common/service/%.o: common/service/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_SERVICE) -c -o $@ $<
$(call obj,$(GEN_ALL)): $(B)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_GEN) -c -o $@ $<
$(call obj,$(GEN_OWN)): $(B)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_SERVICE) -c -o $@ $<
$(B)/services/%.o: services/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_SERVICE) -iquote services/$(word 2,$(subst /, ,$<)) -c -o $@ $<
$(B)/gateway/%.o: gateway/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_IO) -iquote gateway -c -o $@ $<
$(B)/migrations/%.o: migrations/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_IO) -iquote migrations -c -o $@ $<
$(B)/operate/%.o: operate/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_IO) -iquote migrations -iquote operate -c -o $@ $<
$(B)/operate/convert.o: operate/wordclaw_1_54.sql
$(B)/services/embeddings/local.o: services/embeddings/vectors/wordnet.bin
$(B)/services/forms/page/files.o: services/forms/page/form.css services/forms/page/embed.js
$(B)/gateway/pages/openapi_data.o: proto/generated/openapi.json proto/generated/schema.graphql gateway/pages/documentation.html

# ---- archives and binaries ----

$(B)/libbase.a: $(call obj,$(BASE_SRC))
$(B)/libio.a: $(call obj,$(IO_SRC))
$(B)/libservice.a: $(call obj,$(SKEL_SRC))
$(B)/libproto.a: $(call obj,$(GEN_ALL))
$(B)/libgateway.a: $(call obj,$(filter-out gateway/main.c,$(GATEWAY_SRC)))
$(B)/libcli.a: $(call obj,$(filter-out gateway/cli/main.c,$(CLI_SRC)))
$(B)/lib%.a:
	@mkdir -p $(@D)
	@rm -f $@
	@ar qcs $@ $^

CORE := $(B)/libproto.a $(B)/libio.a $(B)/libbase.a
# base reads tables of proto, and proto's tables name shapes and errors of base.
GROUP = -Wl,--start-group $^ -Wl,--end-group

$(BIN)/wordclaw-gateway: $(B)/gateway/main.o $(B)/libgateway.a $(CORE)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(GROUP) $(LIB_IO_NODB) $(LIB_HTTP)
$(BIN)/wordclaw: $(B)/gateway/cli/main.o $(B)/libcli.a $(CORE)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(GROUP) $(LIB_IO_NODB) $(LIB_CLI)
$(BIN)/wordclaw-migrate: $(call obj,$(wildcard migrations/*.c)) $(CORE)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(GROUP) $(LIB_IO_NODB) $(LIB_DB)

$(BIN)/wordclaw-operate: $(call obj,$(wildcard operate/*.c) $(filter-out migrations/migrate.c,$(wildcard migrations/*.c))) $(CORE)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(GROUP) $(LIB_IO_NODB) $(LIB_DB)

define service_rules
$(B)/libsvc_$(1).a: $(call obj,$(filter-out services/$(1)/main.c,$(wildcard services/$(1)/*.c services/$(1)/*/*.c)) $(call GEN_OF,$(1)))
$(BIN)/wordclaw-$(1): $(B)/services/$(1)/main.o $(B)/libsvc_$(1).a $(B)/libservice.a $(CORE)
	@mkdir -p $$(@D)
	$(SAY) LD $$@
	$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(GROUP) $$(LIB_IO_NODB) $$(LIB_DB)
endef
$(foreach s,$(SERVICES),$(eval $(call service_rules,$(s))))

# ---- tests ----

UNIT    := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
SERVICE := $(patsubst tests/service/%.c,$(B)/tests/service/%,$(wildcard tests/service/test_*.c))
BENCH   := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
FUZZ    := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
LIB_CHECK := -lcheck -lsubunit -lrt

.SECONDARY:
.SECONDEXPANSION:
# test_content_rules.c is about the service content: it sees and links that service and no other, for every
# service has the same rooms and hence the same names.
svc_of = $(filter $(SERVICES),$(word 2,$(subst _, ,$(basename $(notdir $(1))))))
svc_lib = $(patsubst %,$(B)/libsvc_%.a,$(call svc_of,$(1)))
$(B)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(Q_SERVICE) -iquote gateway -iquote tests/lib $(patsubst %,-iquote services/%,$(call svc_of,$<)) -c -o $@ $<

$(B)/tests/unit/%: $(B)/tests/unit/%.o $$(call svc_lib,$$@) $(if $(GATEWAY_SRC),$(B)/libgateway.a) $(if $(CLI_SRC),$(B)/libcli.a) $(B)/libservice.a $(CORE)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIB_CHECK) $(LIB_IO_NODB) $(LIB_HTTP) $(LIB_CLI) $(LIB_DB) -ljansson
$(B)/tests/service/%: $(B)/tests/service/%.o $(call obj,$(wildcard tests/lib/*.c)) $$(call svc_lib,$$@) $(B)/libservice.a $(CORE)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIB_CHECK) $(LIB_IO_NODB) $(LIB_DB)
# bench_audit.c is about the service audit, as with the tests.
bench_with = $(if $(call svc_of,$(1)),$(call obj,$(wildcard tests/lib/*.c)) $(call svc_lib,$(1)))
$(B)/tests/bench/%: $(B)/tests/bench/%.o $$(call bench_with,$$@) $(B)/libservice.a $(CORE)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIB_HTTP) $(LIB_IO_NODB) $(LIB_DB)

$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $$(call svc_lib,$$@) $(B)/libgateway.a $(B)/libcli.a $(B)/libservice.a $(CORE)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIB_IO_NODB) $(LIB_HTTP) $(LIB_CLI) $(LIB_DB)

fuzzers: $(FUZZ)

tests: $(UNIT) $(SERVICE) ## build the tests without running them

check: $(UNIT) ## fast: architecture rules and unit tests that need no database
	@tests/run check

test: ## install what is missing and pass the whole suite
	@deploy/bootstrap test
	@tests/run all

asan: ## the suite's C parts and its drivers over HTTP under AddressSanitizer and UBSan
	@tests/run asan
tsan: ## where threads meet, under ThreadSanitizer
	@tests/run tsan
fault: all ## kill -9 everything under load, then count
	@tests/run fault
bench: all $(BENCH) ## us and the limit in the same run, as ratios
	@tests/run bench
fuzz: ## every fuzz target for FUZZ_SECONDS (60) each
	@tests/run fuzz

deb: all ## a Debian package with hardened units, in build/deb
	@deploy/deb/build

explorer: ## the GraphQL explorer's page into build/explorer, for WORDCLAW_GRAPHIQL
	@gateway/graphql/explorer/install $(CURDIR)/build/explorer

clean: ## remove what was built
	rm -rf build bin

-include $(shell find $(B) -name '*.d' 2>/dev/null)
