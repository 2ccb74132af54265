# Needs Go, make and bash. "make" alone lists what there is.
SHELL := bash
.DEFAULT_GOAL := help

# How long one fuzz target runs, and how often the soak repeats.
FUZZTIME ?= 30s
COUNT ?= 20
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The version comes from git by way of Go's build info. Where git cannot read the
# folder (a tarball, another owner) Go would refuse to build.
BUILDVCS := $(shell git log -1 >/dev/null 2>&1 && echo auto || echo false)

# $(call gotest,flags) runs go test and fails as well when no test ran.
gotest = set -o pipefail; go test $(1) | awk '{ print; fflush() } /^ok / && !/no tests to run/ { n++ } \
	END { if (!n) { print "make: no test ran"; exit 1 } }'

.PHONY: help
help: ## list the targets (default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what the tests need, or say what to install: Chromium, and a virtual screen on Linux
	@.ci/setup tests

.PHONY: build
build: ## build bin/nonmerci
	go build -buildvcs=$(BUILDVCS) -o bin/ ./cmd/nonmerci

.PHONY: rehearse
rehearse: build ## walk to the form on the built-in stand-in pages; no account, no network
	@.ci/setup browser
	bin/nonmerci rehearse instagram --no-wait

.PHONY: test
test: setup ## run every test; needs Chromium
	@$(call gotest,-count=1 -parallel 3 -timeout 25m ./...)

.PHONY: short
short: ## run the tests that need no browser
	@$(call gotest,-short -timeout 5m ./...)

.PHONY: race
race: setup ## run every test with the race detector; needs a C compiler
	@$(call gotest,-race -count=1 -timeout 30m ./...)

.PHONY: lint
lint: ## check format, go vet for three systems, staticcheck
	@unformatted=$$(gofmt -l .) || exit 1; if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	GOOS=linux go vet ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	go run $(STATICCHECK) ./...

.PHONY: fmt
fmt: ## format the code
	gofmt -w .

.PHONY: tidy
tidy: ## bring go.mod and go.sum in order
	go mod tidy

.PHONY: golden
golden: ## write the golden files anew; read the difference before you commit it
	@dirs=$$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -rn1 dirname | sort -u); \
	[ -n "$$dirs" ] || { echo "no test has golden files"; exit 1; }; \
	for dir in $$dirs; do (set -x; go test -count=1 $$dir -update) || exit 1; done; git diff --stat

.PHONY: bench
bench: setup ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: soak
soak: setup ## run the browser tests COUNT times over, to find what fails now and then
	@$(call gotest,-count=$(COUNT) -timeout 3h ./automation/internal/... -thorough)
	@$(call gotest,-count=$(COUNT) -timeout 3h ./internal/cli/...)
	@$(call gotest,-count=$(COUNT) -timeout 3h ./automation -full)

.PHONY: never-send
never-send: setup ## try every way to send, at every moment, and write the tables of ARCHITECTURE.md; takes three quarters of an hour
	@$(call gotest,-count=1 -timeout 2h -parallel 2 -run '^(TestNeverSend|TestTricks|TestLockMatrix)$$' ./automation/internal/chrome -thorough -table ../../../ARCHITECTURE.md)
	@$(call gotest,-count=1 -timeout 2h -run '^TestRealPeople$$' ./automation -full -table ../ARCHITECTURE.md)
	git diff --stat ARCHITECTURE.md

.PHONY: faults
faults: setup ## run the whole fault table, and print it: takes a quarter of an hour
	@go test -count=1 -timeout 30m ./internal/record -run 'FullDisk|Killed|Clock' -full
	@set -o pipefail; go test -count=1 -timeout 60m -v ./automation -run 'TestFault|TestStandIn|TestTwoAtOnce|TestFrozen' -full \
		| grep -v -e '^=== ' -e '^    --- PASS'

.PHONY: flows
flows: ## put the flow files into one file, dist/nonmerci.flows, signed with a key for this once; KEY=FILE signs with your minisign key
	@mkdir -p dist
	@$(call gotest,-count=1 ./selectors -run '^TestBundleOfTheTree$$' -publish '$(CURDIR)/dist')
ifdef KEY
	@go run aead.dev/minisign/cmd/minisign -S -s '$(KEY)' -m dist/nonmerci.flows -t "nonmerci flows $$(sed -n '3s/^revision: //p' dist/nonmerci.flows)"
	@$(call gotest,-count=1 ./selectors -run '^TestBundleOfTheTree$$' -publish '$(CURDIR)/dist' -signed)
endif
	@ls -l dist/nonmerci.flows dist/nonmerci.flows.minisig; tail -2 dist/nonmerci.flows.minisig | head -1

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME
	@set -o pipefail; n=0; while IFS=: read -r file func; do n=$$((n+1)); echo "$$func in $$(dirname $$file)"; \
		go test -run '^$$' -fuzz "^$$func\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x "$$(dirname $$file)" </dev/null || exit 1; \
	done < <(grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/func //' | sort); \
	[ $$n -gt 0 ] || { echo "no fuzz target found"; exit 1; }

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist
