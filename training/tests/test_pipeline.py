"""Stages as commands: what they write, that kills are survived, that bad input is named. How well anything is learned
is no test's affair."""

import json, os

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from checkpoints import ROUTERS, load_model, read_state
from conftest import losses, mock_dynamic, run, run_process

SMALL = ["--hidden", 32, "--depth", 2, "--num-heads", 4, "--batch", 16, "--threads", 1]


def test_vae_and_latents(pictures, tmp_path, tiny):
    run("vae.py", "--data", pictures, "--out", tmp_path / "vae", *tiny)
    assert np.isfinite(losses(tmp_path / "vae")).all() and (tmp_path / "vae" / "reconstructions.webp").exists()
    score = json.loads((tmp_path / "vae" / "score.json").read_text())
    assert score["pictures"] == 1 and score["psnr_worst"] <= score["psnr_mean"]
    weights = tmp_path / "vae" / "vae.safetensors"
    run("latents.py", "--data", pictures, "--vae", weights, "--out", tmp_path / "latents", *tiny)
    z = np.load(tmp_path / "latents" / "latents.npy").astype(np.float32)
    assert z.shape == (8, 3, 8, 8, 8)
    plain = z[
        np.arange(8) != 3, 0
    ]  # of the pictures that are trained on, the statistics are folded in, whatever was learned
    assert abs(plain.mean((0, 2, 3))).max() < 0.1 and abs(plain.std((0, 2, 3)) - 1).max() < 0.1
    assert "is there" in run("latents.py", "--data", pictures, "--vae", weights, "--out", tmp_path / "latents", *tiny)
    run("vae.py", "--data", pictures, "--out", tmp_path / "again", "--init", weights, "--score")
    assert json.loads((tmp_path / "again" / "score.json").read_text())["psnr_mean"] == pytest.approx(score["psnr_mean"])


def test_a_frozen_encoder_stays_what_it_was(pictures, tmp_path, tiny):
    run("vae.py", "--data", pictures, "--out", tmp_path / "first", *tiny)
    before = tmp_path / "first" / "vae.safetensors"
    lighter = ["--init", before, "--freeze-encoder", "--decoder", 16, 16, 16, 32]
    run("vae.py", "--data", pictures, "--out", tmp_path / "second", *tiny, *lighter)
    old, new = load_file(before), load_file(tmp_path / "second" / "vae.safetensors")
    assert all(torch.equal(old[k], new[k]) for k in old if k.startswith(("encoder.", "quant_conv.")))
    assert new["decoder.conv_in.weight"].shape[0] == 32


def test_static_then_dynamic_training(latents, tmp_path):
    """Few steps: what the loop does, not how well it learns."""
    out = lambda name: ["--latents", latents, "--out", tmp_path / name, *SMALL]
    run("train.py", *out("static"), "--steps", 4, "--route", 0.5)
    state = load_file(tmp_path / "static" / "model.safetensors")
    assert len(losses(tmp_path / "static")) == 1 and not any(r in k for k in state for r in ROUTERS)
    assert {"held_loss", "seen_loss", "copies"} <= set(
        open(tmp_path / "static" / "log.csv").readline().strip().split(",")
    )
    # The zero-initialised output predicts 0, so that the first loss is the mean of (x - noise)^2: that of the data
    # plus 1.
    power = (np.load(latents / "latents.npy").astype(np.float64) ** 2).mean()
    assert abs(losses(tmp_path / "static")[0] - (power + 1)) < 0.25 * (power + 1)
    init = [
        "--init",
        tmp_path / "static" / "model.safetensors",
        "--dynamic",
        "--lr",
        1e-3,
        "--width-lr",
        0.5,
        "--token-lr",
        0.25,
    ]
    run("train.py", *out("dynamic"), *init, "--steps", 12, "--groups", 2)
    assert losses(tmp_path / "dynamic", "target") == [1.0, 0.5]  # steps 0 and 10 of 12, the ramp ends at the half
    assert losses(tmp_path / "dynamic", "share")[0] > 0.95
    state = load_file(tmp_path / "dynamic" / "model.safetensors")
    for kind, start, rate in (("attn_rate.router.bias", 15, 0.5), ("token_selection.mlp_head.2.bias", 35, 0.25)):
        moved = start - state[f"blocks.0.{kind}"]
        assert (0 < moved.abs()).all() and (moved.abs() < 12 * rate).all(), kind  # Adam moves by its rate at most
    # Static training goes on from the dynamic model without its routers; few-step training adds its inputs.
    run(
        "train.py",
        *out("on"),
        "--init",
        tmp_path / "dynamic" / "model.safetensors",
        "--steps",
        1,
        "--fast",
        "--jump-blocks",
        1,
    )
    found = load_model(tmp_path / "on" / "model.safetensors")
    assert found.config.jump_blocks == 1 and found.config.conditions == 8 and not found.config.dynamic
    assert json.loads((tmp_path / "on" / "done.json").read_text())["stopped_by"] == "schedule"
    assert "is there" in run("train.py", *out("on"))


def test_weights_of_another_list_of_labels_are_matched_by_name(latents, tmp_path):
    """The page's weights and manifest, with one style and other classes, start a model of the latents' labels."""
    weights = mock_dynamic(tmp_path / "page.safetensors", num_classes=5, num_styles=1, in_channels=4)
    known = {"classes": [{"name": n} for n in "9 3 2 1 0".split()], "styles": ["b"], "dit": {"num_heads": 4}}
    (tmp_path / "manifest.json").write_text(json.dumps(known))
    init = ["--init", weights, "--init-manifest", tmp_path / "manifest.json", "--dynamic", "--steps", 0]
    run("train.py", "--latents", latents, "--out", tmp_path / "run", *SMALL, *init)
    old, new = load_file(weights), load_file(tmp_path / "run" / "model.safetensors")
    classes, styles = (f"{key}_embedder.embedding_table.weight" for key in "ys")
    assert torch.equal(new[classes], old[classes][[4, 3, 2, 1, 5]])  # 0 1 2 3 and the null row
    assert torch.equal(new[styles], old[styles][[0, 0, 1]])  # a begins as the mean of the known, b, the null row
    assert (new["a_embedder.weight"] == 0).all() and torch.equal(
        new["blocks.1.mlp.fc1.weight"], old["blocks.1.mlp.fc1.weight"]
    )


def test_copies_stop_the_training(latents, tmp_path, monkeypatch):
    """A watch that sees ever more copies and a rising held-out loss: the run ends by them, at the first such look."""
    import trainer

    class Mock:
        looks = iter([(1.0, 0.1), (1.01, 0.9), (1.1, 0.1), (1.1, 0.5), (1.1, 0.9)])

        def __init__(self, *_):
            pass

        def look(self, _):
            held, copies = next(self.looks)
            return {"held_loss": held, "seen_loss": 0.5, "copies": copies}

    monkeypatch.setattr(trainer, "Watch", Mock)
    stop = ["--steps", 20, "--watch-every", 2, "--stop-copies", 0.3]
    run("train.py", "--latents", latents, "--out", tmp_path / "run", *SMALL, *stop)
    assert json.loads((tmp_path / "run" / "done.json").read_text())["stopped_by"] == "copies"
    assert json.loads((tmp_path / "run" / "done.json").read_text())["steps"] == 7  # looks after steps 1, 3, 5 and 7


def test_a_recipe_is_read_and_the_command_line_wins(latents, tmp_path):
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"static": {"hidden": 32, "num_heads": 4, "depth": 2, "steps": 3, "batch": 16}}))
    run("train.py", "--latents", latents, "--out", tmp_path / "run", "--recipe", recipe, "--depth", 3, "--threads", 1)
    config = load_model(tmp_path / "run" / "model.safetensors").config
    assert (config.hidden_size, config.depth) == (32, 3)
    recipe.write_text(json.dumps({"static": {"hiden": 32}}))
    said = run("train.py", "--latents", latents, "--out", tmp_path / "no", "--recipe", recipe, ok=False)
    assert "unknown options ['hiden']" in said


DIES = """
import os, signal, sys, common
when, save = {when!r}, common.save_atomic
def save_and_die(state, path):  # the second checkpoint is the last thing that this process does, or half of it
    save(state, path)
    os.rename(path, str(path) + ".tmp") if when == "half" and state["step"] > 7 else None
    if state["step"] > 7:
        os.kill(os.getpid(), signal.SIGKILL)
    if when == "half":
        save(state, str(path) + ".kept")
common.save_atomic = save_and_die
import train
train.main(sys.argv[1:])
"""


@pytest.mark.parametrize("when", ["after", "half"])
def test_kill_and_resume_give_the_same_losses(latents, tmp_path, when):
    """Killed after its second checkpoint, or while it writes that: there the first one is what is found."""
    common = [
        "--latents",
        latents,
        *SMALL,
        "--steps",
        20,
        "--save-every",
        7,
        "--watch-every",
        5,
        "--no-bf16",
        "--dynamic",
    ]
    run("train.py", *common, "--out", tmp_path / "whole")
    run_process("-c", DIES.format(when=when), *common, "--out", tmp_path / "killed", ok=False)
    saved = tmp_path / "killed" / "last.pt"
    if when == "half":
        assert not saved.exists()
        os.rename(f"{saved}.kept", saved)
    step = {"after": 14, "half": 7}[when]
    assert f"resumed at step {step}" in run("train.py", *common, "--out", tmp_path / "killed")
    assert losses(tmp_path / "whole") == losses(tmp_path / "killed")
    whole, killed = (read_state(tmp_path / n / "model.safetensors") for n in ("whole", "killed"))
    assert all(torch.equal(whole[k], killed[k]) for k in whole)
