# P1MQTT: the few commands that a person and CI both use. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check docs install deb soak sanitize fuzz bench bench-parse compare test-home-assistant test-brokers

PREFIX ?= /usr/local
# A folder to put in front of every installed path, for packagers.
DESTDIR ?=
# Where the configuration is looked for on the machine that runs it; it does not move with PREFIX.
SYSCONFDIR ?= /etc/p1mqtt
# systemd looks here for both /usr and /usr/local.
UNITDIR ?= $(PREFIX)/lib/systemd/system
# Debian has a folder of its own for what packages bring.
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
# A release build that is there already; without it `install` and `deb` make one.
BINARY ?=
# Only the copying needs rights: the build runs as you.
SUDO ?= $(if $(DESTDIR),,$(if $(filter 0,$(shell id -u)),,sudo))

# What the build needs of Debian. libcurl and libmicrohttpd are opened when they are asked for: of them it needs the headers.
LIBRARIES := libmosquitto-dev libcurl4-openssl-dev libmicrohttpd-dev
LINT := swift format lint --strict --parallel -r Sources Tests Package.swift
RELEASE := .ci/build-release
RESULTS := .build/test-results
# How long `make soak` takes, and the number from which its faults follow.
MINUTES ?= 30
SEED ?= 1
# How long `make fuzz` takes, once it is built.
SECONDS ?= 60

help:
	@echo 'make run      build, then publish: your meter with ./config.json, else a simulated one'
	@echo 'make test     everything that CI checks: format, build without warnings, all tests'
	@echo 'make check    format and build only'
	@echo 'make docs     the pages of the library P1Parser, as HTML'
	@echo 'make install  release build into $$(DESTDIR)$$(PREFIX)/bin  (PREFIX=$(PREFIX))'
	@echo 'make deb      Debian package of a release build, in .build'
	@echo 'make soak     stories without a clock, then the program while broker and meters fail  (MINUTES=$(MINUTES) SEED=$(SEED))'
	@echo 'make sanitize all tests under the thread and the address sanitizer'
	@echo 'make fuzz     damaged telegrams, documents, configurations and messages  (SECONDS=$(SECONDS))'
	@echo 'make bench    CPU, latency, memory and a fleet of meters, beside a plain C program  (OLD=, NEW=, REFERENCE=, PUBLISHER=)'
	@echo 'make compare  whether two programs publish and print the same for the same bytes  (OLD=, NEW=, CORPUS=)'
	@echo 'make test-home-assistant  with a real Home Assistant, which HA_CHECK must name: see Tests/HomeAssistant/run'
	@echo 'make test-brokers  at every broker that is installed: mosquitto, RabbitMQ and a cluster of it, ejabberd, amqtt  (AMQTT=)'
	@echo 'make bench-parse  time for one telegram; beside a C program when REFERENCE names one'

run:
	@.ci/prepare $(LIBRARIES) $(if $(wildcard config.json),,mosquitto mosquitto-clients)
	@echo 'Building (a minute or two the first time) ...'
	@swift build --product p1mqtt
	@.ci/serve "$$(swift build --show-bin-path)/p1mqtt"

# Everything there is: soak, benchmarks, and what the fuzzer tries.
BUILD_ALL := swift build --build-tests

check:
	@.ci/prepare $(LIBRARIES)
	$(LINT)
	$(BUILD_ALL)

# Many tests need a real broker. Here it is a failure when they were skipped or did not run at all.
test:
	@.ci/prepare $(LIBRARIES) mosquitto mosquitto-clients openssl python3
	$(LINT)
	$(BUILD_ALL)
	@rm -rf $(RESULTS) && mkdir -p $(RESULTS)
	.ci/test --xunit-output $(RESULTS)/tests.xml
	@.ci/require-broker-tests $(RESULTS)

docs:
	@.ci/documentation .build/P1Parser.doccarchive

# The program to install: the one that is named, or the release build.
PROGRAM = $(or $(BINARY),$(shell $(RELEASE) --show-bin-path)/p1mqtt)

install:
	@.ci/prepare $(if $(BINARY),,$(LIBRARIES))
	$(if $(BINARY),,$(RELEASE))
	$(SUDO) install -D -m 755 '$(PROGRAM)' '$(DESTDIR)$(PREFIX)/bin/p1mqtt'
	$(SUDO) install -D -m 644 docs/config.schema.json '$(DESTDIR)$(PREFIX)/share/p1mqtt/config.schema.json'
	sed 's#docs/config.schema.json#$(PREFIX)/share/p1mqtt/config.schema.json#' config.example.json | $(SUDO) install -D -m 644 /dev/stdin '$(DESTDIR)$(SYSCONFDIR)/config.example.json'
	sed 's#/usr/bin/#$(PREFIX)/bin/#' packaging/p1mqtt.service | $(SUDO) install -D -m 644 /dev/stdin '$(DESTDIR)$(UNITDIR)/p1mqtt.service'
	$(SUDO) install -D -m 644 packaging/p1mqtt.sysusers '$(DESTDIR)$(PREFIX)/lib/sysusers.d/p1mqtt.conf'
	$(SUDO) install -D -m 644 packaging/man/p1mqtt.1 '$(DESTDIR)$(PREFIX)/share/man/man1/p1mqtt.1'
	$(SUDO) install -D -m 644 packaging/man/p1mqtt.json.5 '$(DESTDIR)$(PREFIX)/share/man/man5/p1mqtt.json.5'
	'$(PROGRAM)' --generate-completion-script bash | sed '1{/^#!/d}' | $(SUDO) install -D -m 644 /dev/stdin '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/p1mqtt'
	'$(PROGRAM)' --generate-completion-script zsh | $(SUDO) install -D -m 644 /dev/stdin '$(DESTDIR)$(ZSHDIR)/_p1mqtt'
	'$(PROGRAM)' --generate-completion-script fish | $(SUDO) install -D -m 644 /dev/stdin '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/p1mqtt.fish'
	$(if $(DESTDIR),,if command -v systemd-sysusers >/dev/null; then $(SUDO) systemd-sysusers '$(PREFIX)/lib/sysusers.d/p1mqtt.conf'; fi)
	@echo 'Installed. Next:'
	@echo '  sudo install -m 640 -g p1mqtt $(SYSCONFDIR)/config.example.json $(SYSCONFDIR)/config.json  # and edit it'
	@echo '  sudo -u p1mqtt p1mqtt check --connect --config $(SYSCONFDIR)/config.json'
	@echo '  sudo systemctl daemon-reload && sudo systemctl enable --now p1mqtt'

# The program needs the C library of the machine that built it: build it on the oldest Debian that it is for.
deb:
	@.ci/prepare $(if $(BINARY),libmosquitto1,$(LIBRARIES)) debhelper
	$(if $(BINARY),,$(RELEASE))
	packaging/make-deb '$(PROGRAM)' .build

# First stories without a clock, for a quarter of the time, then the program itself with a real broker: prints what was sent,
# broken, seen and found; fails when a value was wrong or lost, or memory grew.
soak:
	@.ci/prepare $(LIBRARIES) mosquitto mosquitto-clients
	@Tests/Simulation/run "$$((($(MINUTES) + 3) / 4))" '$(SEED)'
	@Tests/Soak/run '$(MINUTES)' '$(SEED)'

# Some half an hour on two cores.
sanitize:
	@.ci/prepare $(LIBRARIES) mosquitto mosquitto-clients openssl python3
	@.ci/sanitize thread
	@.ci/sanitize address

# As many targets at a time as there are cores; what they find is left in .build/fuzz/finds.
fuzz:
	@.ci/prepare $(LIBRARIES)
	@Tests/Fuzz/run '$(SECONDS)'

bench-parse:
	@.ci/prepare $(LIBRARIES)
	@REFERENCE='$(REFERENCE)' Tests/Benchmarks/parse

# Some eight minutes, twelve with two programs; Tests/Benchmarks/bench says what can be set.
bench:
	@.ci/prepare $(LIBRARIES) mosquitto mosquitto-clients openssl python3
	$(if $(NEW),,$(RELEASE))
	@REFERENCE='$(REFERENCE)' PUBLISHER='$(PUBLISHER)' TELEGRAMS='$(TELEGRAMS)' \
		Tests/Benchmarks/bench '$(or $(NEW),$(shell $(RELEASE) --show-bin-path)/p1mqtt)' $(OLD)

# A minute and a half. Tests/Compare/accepted holds the differences that are meant.
compare:
	@.ci/prepare mosquitto mosquitto-clients python3
	@Tests/Compare/run --accept Tests/Compare/accepted '$(OLD)' '$(NEW)' $(CORPUS)

test-home-assistant:
	@HA_CHECK='$(HA_CHECK)' HA_CHECK_OPTIONS='$(HA_CHECK_OPTIONS)' OLD='$(OLD)' Tests/HomeAssistant/run

# Some five minutes. What is not installed is skipped and said; nothing but mosquitto and Python is installed for it.
test-brokers:
	@.ci/prepare libmosquitto-dev mosquitto mosquitto-clients python3
	swift build --product p1mqtt
	@AMQTT='$(AMQTT)' Tests/Brokers/run "$$(swift build --show-bin-path)/p1mqtt"
