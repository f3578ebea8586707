"""The whole way from pictures to scores on a device that is not the CPU (fakecard.py): nothing is left behind,
nothing mixes. Each stage is killed of its process and resumed from its checkpoint, which comes from the CPU."""

import json

import pytest
import torch

import fakecard
import machine as machine_
from conftest import run
from machine import Machine


@pytest.fixture
def card(monkeypatch):
    fakecard.install()
    original = Machine.__init__
    monkeypatch.setattr(
        machine_.Machine, "__init__", lambda self, threads=None, device=None: original(self, threads, "card")
    )


def test_the_card_refuses_a_mix(card):
    here, there = torch.ones(3), torch.ones(3).to("card")
    assert (there + there).device.type == "card" and (there * 2).cpu().tolist() == [2, 2, 2]
    assert torch.equal((there + torch.tensor(1.0)).cpu(), here + 1)
    for mix in (
        lambda: here + there,
        lambda: there.add_(here),
        lambda: torch.cat([here, there]),
        lambda: there[here.long()],
    ):
        with pytest.raises((RuntimeError, TypeError)):
            mix()
    assert torch.nn.Linear(3, 1).to("card")(there).device.type == "card"


def test_every_stage_computes_on_the_machines_device(card, pictures, tmp_path, tiny):
    out = lambda name: tmp_path / name
    for steps in (1, 2):  # the second time each goes on from the first's checkpoint
        trained = [f"{section}/done.json" for section in ("static", "final", "budget")]
        for done in ("judge/accuracy.json", "vae/score.json", *trained):
            out(done).unlink(missing_ok=True)
        run("classifier.py", "--data", pictures, "--out", out("judge"), *tiny, "--steps", steps)
        judge = ["--judge", out("judge") / "classifier.pt"]
        said = run("vae.py", "--data", pictures, "--out", out("vae"), *judge, *tiny, "--steps", steps)
        assert ("resumed at step 1" in said) == (steps == 2)
        run("latents.py", "--data", pictures, "--vae", out("vae") / "vae.safetensors", "--out", out("latents"), *tiny)
        train = [
            "train.py",
            "--latents",
            out("latents"),
            "--vae",
            out("vae") / "vae.safetensors",
            *tiny,
            "--steps",
            steps,
        ]
        run(*train, "--section", "static", "--out", out("static"))
        for section, init in (("final", "static"), ("budget", "final")):
            begun = ["--init", out(init) / "model.safetensors"]
            said = run(*train, "--section", section, "--out", out(section), *begun)
            assert ("resumed at step 1" in said) == (steps == 2)
    weights = ["--vae", out("vae") / "vae.safetensors", "--model", out("budget") / "model.safetensors"]
    run("evaluate.py", "--data", pictures, *weights, *judge, *tiny, "--out", out("report"))
    scores = json.loads((out("report") / "scores.json").read_text())
    assert {"vae", "both on", "fast, both on", "copies", "seeds", "mixtures", "budget"} <= set(scores)
    run("sample.py", "--data", pictures, *weights, "--out", out("grid.png"), "--count", 2, "--steps", 2, "--fast")
    run("export.py", *weights, "--latents", out("latents"), "--out", out("page"), *tiny)
