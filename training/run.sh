#!/usr/bin/env bash
# From nothing to the shipped files: `bash training/run.sh [--hours H] [--recipe FILE] [--cache DIR] [--publish]`
#   --hours H     fit the whole to so much training time (default: 8 minutes on a GPU; on a CPU the recipe's steps)
#   --recipe      recipes/gpu.json where there is a GPU, else recipes/emoji.json
#   --cache       where everything is kept, training/cache by default. A pictures.zip there (pictures.py) stands for the
#                 download of the emoji sets, where no registry is reached.
#   --publish     copy the result to the page; without it the page stays as it is
# Stages that are done are skipped, a stage that was killed goes on from its last checkpoint: start the same command
# again. Another recipe needs another cache.
set -euo pipefail
cd "$(dirname "$0")"
hours= recipe= cache=cache publish=
while [ $# -gt 0 ]; do
  case $1 in
    --hours) hours=$2; shift 2 ;;
    --recipe) recipe=$2; shift 2 ;;
    --cache) cache=$2; shift 2 ;;
    --publish) publish=yes; shift ;;
    *) echo "unknown option $1; the head of $0 says what there is" >&2; exit 2 ;;
  esac
done
[ -n "${PYTHON:-}" ] || [ -x .venv/bin/python ] || bash test.sh --collect-only > /dev/null # it makes .venv
python=${PYTHON:-.venv/bin/python}
gpu=$("$python" -c 'import torch; print("yes" if torch.cuda.is_available() else "")')
recipe=${recipe:-recipes/$([ "$gpu" ] && echo gpu || echo emoji).json}
hours=${hours:-$([ "$gpu" ] && echo 0.1334 || true)}
mkdir -p "$cache"

minutes() { # of a stage: its share of the hours, or nothing, where the recipe's steps say how long
  local of='import json; from sys import argv as a; share = json.load(open(a[1]))["shares"][a[3]]'
  of+='; print("--minutes", float(a[2]) * 60 * share)'
  [ -z "$hours" ] || "$python" -c "$of" "$recipe" "$hours" "$1"
}
stage() { # NAME, what it writes last, script and options: nothing where that is there
  if [ -f "$cache/$2" ]; then echo "== $1: done"; return; fi
  echo "== $1"
  "$python" "${@:3}" --recipe "$recipe"
}

data=$cache/data vae=$cache/vae/vae.safetensors judge=$cache/judge/classifier.pt latents=$cache/latents
static=$cache/static/model.safetensors final=$cache/final/model.safetensors model=$cache/budget/model.safetensors
if [ ! -f "$data/meta.json" ]; then
  if [ -f "$cache/pictures.zip" ]; then
    "$python" pictures.py "$data" --unpack "$cache/pictures.zip"
  else
    "$python" data.py --out "$data"
  fi
fi
stage judge judge/accuracy.json classifier.py --data "$data" --out "$cache/judge" $(minutes judge)
stage vae vae/score.json vae.py --data "$data" --out "$cache/vae" --judge "$judge" $(minutes vae)
stage latents latents/meta.json latents.py --data "$data" --vae "$vae" --out "$latents"
stage static static/done.json train.py --section static --latents "$latents" --vae "$vae" --out "$cache/static" \
  $(minutes static)
stage final final/done.json train.py --section final --latents "$latents" --vae "$vae" --out "$cache/final" \
  --init "$static" $(minutes final)
stage budget budget/done.json train.py --section budget --latents "$latents" --vae "$vae" --out "$cache/budget" \
  --init "$final" $(minutes budget)
stage scores report/done.json evaluate.py --data "$data" --vae "$vae" --judge "$judge" --static "$static" \
  --model "$model" --out "$cache/report"
stage export page/manifest.json export.py --model "$model" --vae "$vae" --latents "$latents" \
  --scores "$cache/report/scores.json" --out "$cache/page"
[ -z "$publish" ] || "$python" publish.py --page "$cache/page" --report "$cache/report" --latents "$latents" \
  --recipe "$recipe"
