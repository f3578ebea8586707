"""All stages on small data, as commands: losses fall, files load, kills are survived, bad input is named."""
import argparse, csv, json, os

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

import classifier as judge_
import evaluate
import vae as vae_
from checkpoints import ROUTERS, config_of, load_into, read_state
from common import write_safetensors
from conftest import SEED, TRAINING, mock_dynamic, run, run_process
from data import Pictures
from export import decided_inputs
from model import Config, DiT, Gates

SMALL = ["--hidden", 32, "--depth", 2, "--num-heads", 4, "--batch", 16, "--threads", 1]


def losses(folder, column="loss"):
    with open(folder / "log.csv", newline="") as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def test_vae_and_latents(pictures, tmp_path):
    out = lambda name: tmp_path / name
    run("vae.py", "--data", pictures, "--out", out("vae"), "--steps", 3, "--batch", 4, "--crop", 32, "--save-every", 2, "--threads", 1)
    assert np.isfinite(losses(out("vae"))).all() and (out("vae") / "reconstructions.png").exists()
    run("latents.py", "--data", pictures, "--vae", out("vae") / "vae.safetensors", "--out", out("latents"))
    z = np.load(out("latents") / "latents.npy").astype(np.float32)[np.arange(8) != 3]  # the pictures that are trained on
    assert z.shape == (7, 8, 8, 8)  # whatever was learned, the statistics are folded in
    assert abs(z.mean((0, 2, 3))).max() < 0.1 and abs(z.std((0, 2, 3)) - 1).max() < 0.1
    score = run("vae.py", "--data", pictures, "--out", out("score"), "--init", out("vae") / "vae.safetensors", "--score")
    assert "held-out PSNR" in score


def test_static_then_dynamic_training(latents, tmp_path):
    """Few steps: what the loop does, not how well it learns."""
    run("train.py", "--latents", latents, "--out", tmp_path / "static", *SMALL, "--steps", 4, "--route", 0.5)
    assert len(losses(tmp_path / "static")) == 1 and not any(r in k for k in load_file(tmp_path / "static" / "model.safetensors") for r in ROUTERS)
    # The zero-initialised output predicts 0, so that the first loss is the mean of (x - noise)^2: that of the data plus 1.
    power = (np.load(latents / "latents.npy").astype(np.float64) ** 2).mean()
    assert abs(losses(tmp_path / "static")[0] - (power + 1)) < 0.25 * (power + 1)
    init = ["--init", tmp_path / "static" / "model.safetensors", "--dynamic", "--target", 0.5, "--lr", 1e-3, "--width-lr", 0.5, "--token-lr", 0.25]
    run("train.py", "--latents", latents, "--out", tmp_path / "dynamic", *SMALL, *init, "--steps", 12)
    assert losses(tmp_path / "dynamic", "target") == [1.0, 0.5]  # steps 0 and 10 of 12, the ramp ends at the half
    assert losses(tmp_path / "dynamic", "share")[0] > 0.95
    state = load_file(tmp_path / "dynamic" / "model.safetensors")
    for kind, start, rate in (("attn_rate.router.bias", 15, 0.5), ("mlp_head.2.bias", 35, 0.25)):
        moved = start - state[f"blocks.0.{'token_selection.' if 'head' in kind else ''}{kind}"]
        assert (0 < moved.abs()).all() and (moved.abs() < 12 * rate).all(), kind  # Adam moves by its rate at most
    # Static training goes on from the dynamic model without its routers.
    run("train.py", "--latents", latents, "--out", tmp_path / "on", *SMALL, "--init", tmp_path / "dynamic" / "model.safetensors", "--steps", 1)
    assert not any(router in key for key in load_file(tmp_path / "on" / "model.safetensors") for router in ROUTERS)


def test_export_and_its_check_case(latents, tmp_path):
    vae = vae_.build()
    write_safetensors(tmp_path / "vae.safetensors", vae.state_dict())
    weights = mock_dynamic(tmp_path / "model.safetensors", input_size=8, in_channels=8)
    run("export.py", "--model", weights, "--vae", tmp_path / "vae.safetensors", "--latents", latents, "--out", tmp_path / "page", "--check")
    manifest = json.loads((tmp_path / "page" / "manifest.json").read_text())
    assert set(manifest) == {"name", "dit", "vae", "sampling", "styles", "classes"}
    with safe_open(tmp_path / "page" / "emoji-dit.safetensors", "pt") as file:
        state = {k: file.get_tensor(k) for k in file.keys()}
    assert all(v.dtype == torch.float16 for v in state.values())
    config = config_of({k: v.float() for k, v in state.items()}, timestep_scale=1000.0)
    for key in ("input_size", "patch_size", "in_channels", "hidden_size", "depth", "num_heads", "num_classes", "num_styles"):
        assert manifest["dit"][key] == getattr(config, key), key
    model, case = DiT(config).eval(), load_file(tmp_path / "page" / "check.safetensors")
    load_into(model, {k: v.float() for k, v in state.items()})
    gates = Gates("eval")
    with torch.no_grad():
        found = model(case["x"], case["t"], case["y"], case["s"], gates)
    assert gates.margin >= 1e-3 - 1e-5 and torch.allclose(found, case["out_dynamic"], atol=1e-5)
    for mask, key in zip(gates.stacked(), ("attn_mask", "mlp_mask", "token_mask")):
        assert torch.equal(mask, case[key]) and 0 < mask.mean() < 1
    names = set(load_file(tmp_path / "page" / "emoji-vae.safetensors"))
    assert not any(k.startswith(("encoder.", "quant_conv.")) for k in names) and "post_quant_conv.weight" in names


def test_the_check_looks_until_the_masks_are_sure_or_says_so():
    """A model whose width logit is its timestep: the search must draw other timesteps, and give up where there are none."""
    def model(x, t, gates):
        gates.margin = (t - 0.5).abs().min().item()
        return x

    make = lambda: (torch.zeros(2), torch.rand(2))
    (_, t), gates, _ = decided_inputs(model, make, margin=0.4)
    assert gates.margin >= 0.4 and (t - 0.5).abs().min() >= 0.4
    with pytest.raises(SystemExit, match="none of 20 inputs"):
        decided_inputs(model, lambda: (torch.zeros(2), torch.tensor([0.2, 0.5])), tries=20)


def test_judge_and_scores(pictures, tmp_path):
    run("classifier.py", "--data", pictures, "--out", tmp_path / "judge", "--steps", 2, "--batch", 4)
    found = json.loads((tmp_path / "judge" / "accuracy.json").read_text())
    assert set(found) == {"held_out", "train"} and all(0 <= v <= 1 for row in found.values() for v in row.values())
    write_safetensors(tmp_path / "vae.safetensors", vae_.build().state_dict())
    weights = mock_dynamic(tmp_path / "model.safetensors", input_size=8, in_channels=8)
    arguments = ["--data", pictures, "--vae", tmp_path / "vae.safetensors", "--dynamic", weights, "--classifier", tmp_path / "judge" / "classifier.pt"]
    run("evaluate.py", *arguments, "--out", tmp_path / "report", "--count", 8, "--steps", 2)
    scores = json.loads((tmp_path / "report" / "scores.json").read_text())
    assert scores["complete"]["share"] == 1.0 and 0 < scores["both on"]["share"] < scores["width only"]["share"] < 1
    assert 0 < scores["random masks"]["share"] < 1
    assert (tmp_path / "report" / "samples-both-on.webp").exists()


def test_recognised_by_hand():
    logits = torch.tensor([[3.0, 2, 1, 0, -1, -2], [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0.5]])
    styles = torch.tensor([[1.0, 0], [1, 0], [0, 1]])
    found = judge_.recognised(logits, styles, [0, 4, 5], [0, 1, 1])
    assert found == {"top1": pytest.approx(1 / 3), "top5": pytest.approx(2 / 3), "style": pytest.approx(2 / 3)}


def test_pictures_known_by_heart_are_told_from_new_ones(pictures, tmp_path):
    """The training pictures themselves are copies of their own pair; the green diamond, held out, is nearest to the green disc."""
    data, pairs = Pictures(pictures), np.arange(8)
    shares = evaluate.score_memory(data, data.images[pairs], pairs, tmp_path)
    assert shares["generated, trained pairs"] == [0.0] * 5
    assert shares["generated, held-out pairs"] == shares["real held out"] and shares["real held out"][0] > 10
    assert shares["trained pairs: nearest is its own"] == 1.0
    assert shares["held-out pairs: nearest is of its class"] == shares["real held out: nearest is of its class"] == 1.0
    swapped = data.images[np.roll(pairs, 2)]  # every picture in the place of another class's
    shares = evaluate.score_memory(data, swapped, pairs, tmp_path)
    assert shares["trained pairs: nearest is its own"] == 0.0 and shares["held-out pairs: nearest is of its class"] == 0.0


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
train.main()
"""


@pytest.mark.parametrize("when", ["after", "half"])
def test_kill_and_resume_give_the_same_losses(latents, tmp_path, when):
    """Killed after its second checkpoint, or while it writes that: there the first one is what is found."""
    common = ["--latents", latents, *SMALL, "--steps", 20, "--save-every", 7, "--no-bf16", "--dynamic"]
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


def official(folder):
    """A checkpoint in the official layout ({model, ema, opt, args}), an image folder, and a small SD-like VAE."""
    model = DiT(Config(8, 2, 4, 96, 2, 6, 4.0, 3, 0, True, 1.0))
    torch.save({"model": model.state_dict(), "ema": model.state_dict(), "opt": {}, "args": argparse.Namespace(model="DiT")}, folder / "official.pt")
    for name in ("ant", "bee"):
        (folder / "images" / name).mkdir(parents=True)
        for i in range(8):
            Image.fromarray(np.random.default_rng(i).integers(0, 255, (90, 70 + i, 3), np.uint8)).save(folder / "images" / name / f"{i}.png")
    blocks = dict(down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4)
    AutoencoderKL(block_out_channels=[8, 8, 8, 8], norm_num_groups=4, latent_channels=4, scaling_factor=0.18215, **blocks).save_pretrained(folder / "sd-vae")


def test_an_official_checkpoint_becomes_dynamic(tmp_path):
    official(tmp_path)
    run("latents.py", "--images", tmp_path / "images", "--sd-vae", tmp_path / "sd-vae", "--size", 64, "--out", tmp_path / "latents")
    assert json.loads((tmp_path / "latents" / "meta.json").read_text())["classes"] == [{"name": "ant"}, {"name": "bee"}]
    tune = ["--latents", tmp_path / "latents", "--init", tmp_path / "official.pt", "--objective", "epsilon", "--dynamic", "--batch", 8, "--steps", 4, "--threads", 1]
    complaint = run("train.py", *tune, "--out", tmp_path / "no-heads", ok=False)
    assert "number of heads" in complaint and "--heads" in complaint
    two = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", TRAINING / "train.py"]
    found = run_process(*two, *tune, "--heads", 6, "--lr", 1e-3, "--out", tmp_path / "tuned")
    assert "2 process(es)" in found
    state = read_state(tmp_path / "tuned" / "model.safetensors")
    config = config_of(state)
    assert config.dynamic and config.num_heads == 6 and config.learn_sigma
    assert np.isfinite(losses(tmp_path / "tuned", "complete")).all()


def test_bad_input_is_named(latents, tmp_path):
    official(tmp_path)
    begin = ["train.py", "--out", tmp_path / "x"]
    assert "make them with latents.py" in run(*begin, "--latents", tmp_path, ok=False)
    (tmp_path / "broken.pt").write_bytes(b"this is no checkpoint")
    assert "no PyTorch checkpoint" in run(*begin, "--latents", latents, "--init", tmp_path / "broken.pt", ok=False)
    torch.save({"weight": torch.zeros(2)}, tmp_path / "other.pt")
    assert "it is no DiT" in run(*begin, "--latents", latents, "--init", tmp_path / "other.pt", ok=False)
    assert "sub-folder" in run("latents.py", "--images", tmp_path / "images" / "ant", "--sd-vae", tmp_path / "sd-vae", "--out", tmp_path / "y", ok=False)


def test_folding_the_normalisation_changes_no_picture():
    vae = vae_.build().eval()
    for name, p in vae.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(p, std=0.1)
    x = torch.rand(4, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        z, logvar = vae_.moments(vae, x)
        before = vae_.decode(vae, z)
        mean, std = z.mean((0, 2, 3)), z.std((0, 2, 3))
        vae_.fold_normalisation(vae, mean, std)
        new, new_logvar = vae_.moments(vae, x)
        assert torch.allclose(new.mean((0, 2, 3)), torch.zeros(8), atol=1e-4) and torch.allclose(new.std((0, 2, 3)), torch.ones(8), atol=1e-4)
        assert torch.allclose(vae_.decode(vae, new), before, atol=1e-4)
        assert torch.allclose(new_logvar.exp().sqrt() * std.view(1, -1, 1, 1), logvar.exp().sqrt(), rtol=1e-3)


def test_frechet_distance_of_known_gaussians():
    """Diagonal Gaussians: |mu|^2 + sum (s1 - s2)^2, in closed form."""
    g = np.random.default_rng(SEED)
    a, b = g.normal(size=(200000, 2)) * [1, 2], g.normal(size=(200000, 2)) * [3, 1] + [1, 0]
    assert abs(evaluate.frechet(a, b) - (1 + 4 + 1)) < 0.08
    assert abs(evaluate.frechet(a, a)) < 1e-9
