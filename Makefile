# P1MQTT: the few commands that a person and CI both use. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check install

PREFIX ?= /usr/local
# A folder to put in front of every installed path, for packagers.
DESTDIR ?=
# Where the configuration is looked for on the machine that runs it; it does not move with PREFIX.
SYSCONFDIR ?= /etc/p1mqtt
# Only the copying needs rights: the build runs as you.
SUDO ?= $(if $(DESTDIR),,$(if $(filter 0,$(shell id -u)),,sudo))

LINT := swift format lint --strict --parallel -r Sources Tests Package.swift
# The Swift runtime inside, no symbols: 17 MB that need only libmosquitto.
RELEASE := swift build -c release --static-swift-stdlib --product p1mqtt -Xlinker -s
RESULTS := .build/test-results

help:
	@echo 'make run      build, then publish: your meter with ./config.json, else a simulated one'
	@echo 'make test     everything that CI checks: format, build without warnings, all tests'
	@echo 'make check    format and build only'
	@echo 'make install  release build into $$(DESTDIR)$$(PREFIX)/bin  (PREFIX=$(PREFIX))'

run:
	@.ci/prepare libmosquitto-dev $(if $(wildcard config.json),,mosquitto mosquitto-clients)
	@echo 'Building (a minute or two the first time) ...'
	@swift build --product p1mqtt
	@.ci/serve "$$(swift build --show-bin-path)/p1mqtt"

check:
	@.ci/prepare libmosquitto-dev
	$(LINT)
	swift build --build-tests

# Many tests need a real broker. Here it is a failure when they were skipped or did not run at all.
test:
	@.ci/prepare libmosquitto-dev mosquitto mosquitto-clients openssl
	$(LINT)
	swift build --build-tests
	@rm -rf $(RESULTS) && mkdir -p $(RESULTS)
	swift test --skip-build --no-parallel --xunit-output $(RESULTS)/tests.xml
	@.ci/require-broker-tests $(RESULTS)

install:
	@.ci/prepare libmosquitto-dev
	$(RELEASE)
	$(SUDO) install -D -m 755 "$$($(RELEASE) --show-bin-path)/p1mqtt" '$(DESTDIR)$(PREFIX)/bin/p1mqtt'
	$(SUDO) install -D -m 644 config.example.json '$(DESTDIR)$(SYSCONFDIR)/config.example.json'
	@echo 'Installed. Next: copy $(SYSCONFDIR)/config.example.json to $(SYSCONFDIR)/config.json, edit it, then `p1mqtt check --connect`.'
