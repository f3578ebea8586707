#!/usr/bin/env bash
# Makes or reuses training/.venv with the pinned requirements and runs the tests: `bash training/test.sh [pytest
# arguments]`. Needs Python 3.11 or newer with venv, Node with npm (the emoji sets), and PyPI; no GPU.
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-python3}
stamp=.venv/requirements.sha256
wanted=$(sha256sum requirements.txt)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  "$python" -m venv .venv
  # PyPI's torch brings CUDA's libraries by the gigabyte, which the tests have no use for, so torch goes in first
  # and without them: as a CPU wheel where pip finds one (a local file, or PyTorch's own index), else PyPI's wheel
  # with the few packages that it needs on a CPU.
  torch=$(grep '^torch==' requirements.txt)
  cpu=https://download.pytorch.org/whl/cpu
  if ! .venv/bin/pip install -q --no-deps "$torch" ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"}; then
    .venv/bin/pip install -q --no-deps --index-url "$cpu" "$torch"
  fi
  .venv/bin/pip install -q filelock typing-extensions sympy networkx jinja2 fsspec "setuptools<82"
  grep -v '^torch==' requirements.txt > .venv/others.txt
  .venv/bin/pip install -q -r .venv/others.txt
  .venv/bin/python -c 'import torch, diffusers' # says at once what is missing
  echo "$wanted" > "$stamp"
fi
exec .venv/bin/python -m pytest -q tests "$@"
