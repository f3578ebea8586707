"""run.sh with a mock in Python's place, which says what it was asked for and writes what the stage writes last."""

import importlib, json, os, subprocess

import pytest

from conftest import TRAINING

MOCK = """#!/bin/bash
if [ "$1" = -c ]; then case $2 in *torch*) printf "$GPU" ;; *) exec python3 "$@" ;; esac; exit; fi
echo "$@" >> "$LOG"
[ "$1" != "$DIES" ] || exit 1
out=
while [ $# -gt 1 ]; do [ "$1" != --out ] || out=$2; shift; done
[ "$out" ] || exit 0
case $out in
  */judge) last=accuracy.json ;; */vae) last=score.json ;; */latents | */data) last=meta.json ;;
  */page) last=manifest.json ;; *) last=done.json ;;
esac
mkdir -p "$out" && touch "$out/$last"
"""
STAGES = ["data.py", "classifier.py", "vae.py", "latents.py", *["train.py"] * 3, "evaluate.py", "export.py"]


@pytest.fixture
def run(tmp_path):
    mock, log = tmp_path / "python", tmp_path / "log"
    mock.write_text(MOCK)
    mock.chmod(0o755)

    def start(*options, gpu="", dies="none", ok=True):
        log.write_text("")
        environment = {**os.environ, "PYTHON": str(mock), "LOG": str(log), "GPU": gpu, "DIES": dies}
        command = ["bash", TRAINING / "run.sh", "--cache", tmp_path / "cache", *options]
        done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, text=True)
        assert (done.returncode == 0) == ok, done.stdout + done.stderr
        return [line.split() for line in log.read_text().splitlines()]

    return start


def option(command, name):
    return command[command.index(name) + 1] if name in command else None


def test_every_stage_in_order_once(run):
    asked = run()
    assert [command[0] for command in asked] == STAGES
    assert {option(command, "--recipe") for command in asked[1:]} == {"recipes/emoji.json"}
    assert all(option(command, "--minutes") is None for command in asked)
    assert [option(command, "--section") for command in asked[4:7]] == ["static", "final", "budget"]
    assert option(asked[5], "--init").endswith("static/model.safetensors")
    assert option(asked[6], "--init").endswith("final/model.safetensors")
    final = option(asked[6], "--out") + "/model.safetensors"
    assert option(asked[7], "--model") == option(asked[8], "--model") == final
    assert run() == []  # all is done
    assert [command[0] for command in run("--publish")] == ["publish.py"]


def test_a_stage_that_died_is_where_it_goes_on(run):
    assert [command[0] for command in run(dies="vae.py", ok=False)] == STAGES[:3]
    assert [command[0] for command in run()] == STAGES[2:]


def test_hours_are_shared_out_and_a_gpu_gets_eight_minutes(run, tmp_path):
    of = lambda asked: [float(option(c, "--minutes")) for c in asked if option(c, "--minutes")]
    assert of(run("--hours", 2)) == pytest.approx([120 * share for share in (0.06, 0.27, 0.34, 0.25, 0.08)])
    subprocess.run(["rm", "-r", tmp_path / "cache"], check=True)
    asked = run(gpu="yes")
    assert sum(of(asked)) == pytest.approx(8, abs=0.01)
    assert {option(command, "--recipe") for command in asked[1:]} == {"recipes/gpu.json"}


def test_packed_pictures_stand_for_the_download(run, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pictures.zip").touch()
    assert run()[0][0] == "pictures.py"


def test_unknown_options_are_refused(run):
    assert run("--hour", 1, ok=False) == []


@pytest.mark.parametrize("path", sorted((TRAINING / "recipes").glob("*.json")), ids=lambda path: path.stem)
def test_stages_know_what_a_recipe_says(path, tmp_path):
    """Each stage reads its section before it looks for its data, of which there is none."""
    recipe = json.loads(path.read_text())
    scripts = dict(judge="classifier", vae="vae", latents="latents", static="train", final="train", budget="train")
    scripts |= dict(scores="evaluate", export="export", publish="publish")
    assert set(recipe) == {*scripts, "shares"} and sum(recipe["shares"].values()) == pytest.approx(1)
    paths = dict(train=["latents"], export=["model", "vae", "latents"], publish=["page", "report", "latents"])
    paths |= dict(classifier=["data"], vae=["data"], latents=["data", "vae"], evaluate=["data", "vae", "judge"])
    for section, script in scripts.items():
        argv = [f"--{name}={tmp_path / name}" for name in paths[script]] + (
            [] if script == "publish" else [f"--out={tmp_path / 'out'}"]
        )
        argv += [f"--init={tmp_path / 'init'}"] if recipe[section].get("distil") else []
        with pytest.raises((SystemExit, FileNotFoundError)) as stop:
            importlib.import_module(script).main([*argv, f"--recipe={path}", f"--section={section}"])
        assert str(tmp_path) in str(stop.value), stop.value  # what it did not find
