# 留痕 Liuhen. `make help` lists the targets. Every target sets up what it needs in .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

.PHONY: help demo run test faults load check lint format cov lock docs released bench clean
help: ## 列出目标 list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: $(VENV)/.run ## 演示县：建环境、建库、经真实命令记录演示数据并启动服务 demo county, then serve
	@exec $(VENV)/bin/liuhen demo

run: $(VENV)/.run ## 启动服务（无演示数据） serve without demo data
	@exec $(VENV)/bin/liuhen serve

test: $(VENV)/.dev ## 全部测试 all tests
	@$(PY) -m pytest -n 2 --dist worksteal

cov: $(VENV)/.dev ## 全部测试与覆盖率（慢三分之一） all tests, with coverage (a third slower)
	@$(PY) -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered

faults: $(VENV)/.dev ## 一百轮杀进程（ARGS='--rounds 20 --seed 1'） a hundred rounds of killing (docs/faults.md)
	@$(PY) -m tests.faults.crash $(ARGS)

load: $(VENV)/.dev ## 200个客户同时读写3分钟（ARGS='--seed 1'） 200 clients for 3 minutes (docs/faults.md)
	@$(PY) -m tests.faults.load $(ARGS)

check: lint test ## 静态检查与全部测试 all checks and all tests

lint: $(VENV)/.dev ## 静态检查：格式、lint、类型、导入方向 formats, lint, strict types, import directions
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

format: $(VENV)/.dev ## 排版 format the code
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

docs: $(VENV)/.dev ## 重写由代码生成的文档 write the generated pages of docs/
	@$(PY) -m tests.contract.examples
	@$(VENV)/bin/liuhen openapi > docs/openapi.json
	@$(PY) -m clients.generate > clients/python/liuhen_client/operations.py
	@$(VENV)/bin/liuhen rules table > docs/rules.md
	@$(PY) -m tests.contract.proofs > docs/clauses.md
	@$(VENV)/bin/liuhen settings > docs/settings.md
	@$(VENV)/bin/liuhen authority > docs/authority.md
	@$(PY) -m api.red_flag_page > docs/red-flags.md
	@$(VENV)/bin/liuhen problems > docs/problems.md
	@$(PY) -m tests.tlog.drill > docs/tampering-drill.md

released: $(VENV)/.dev ## 发布时冻结接口文档 freeze the API document of a release (docs/api-versions.md)
	@$(PY) -m tests.contract.released

bench: $(VENV)/.run ## 测量，与对照轮流（WHAT=append，ARGS=--quick） measure beside others, in turns (docs/performance.md)
	@$(PY) -m bench $(WHAT) $(ARGS)

lock: ## 重算带哈希的锁文件（需要uv） recompute the hashed locks (needs uv)
	@$(LOCK) --extra embedded --extra build --extra client --extra xlsx pyproject.toml -o requirements/run.lock
	@$(LOCK) --extra embedded --extra build --extra client --extra xlsx --extra s3 --extra telemetry --extra dev pyproject.toml -o requirements/dev.lock

clean: ## 删除环境与缓存（不删数据） remove environment and caches, never data
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage *.egg-info build

$(PY):
	@if [ -z "$(PYTHON)" ]; then echo '需要Python 3.11或更高版本 / Python 3.11 or later is needed' >&2; exit 1; fi
	@echo '创建环境 creating .venv ($(PYTHON))'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo '不能创建虚拟环境；Debian上请安装python3-venv / no venv module: on Debian install python3-venv' >&2; exit 1; }

# The build backend is in the locks too, so nothing is installed without a hash. The locks are complete: without --no-deps,
# pip looks for newer releases of what a package asks for with an extra (coverage[toml]), and then fails.
define install
	@echo '安装依赖 installing from requirements/$(1).lock'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/$(1).lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
endef

$(VENV)/.run: requirements/run.lock pyproject.toml | $(PY)
	$(call install,run)
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(PY)
	$(call install,dev)
	@touch $@ $(VENV)/.run
