"""All stages on small data, as commands: losses fall, files load, kills are survived, bad input is named."""
import argparse, csv, json, signal, subprocess, sys, time

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

import evaluate
import vae as vae_
from checkpoints import ROUTERS, config_of, load_into, read_state
from conftest import TRAINING, run
from data import Pictures
from model import Config, DiT, Gates

SMALL = ["--hidden", 32, "--depth", 2, "--num-heads", 4, "--batch", 16, "--threads", 1]


def losses(folder, column="loss"):
    with open(folder / "log.csv", newline="") as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def test_all_stages_overfit_and_export(pictures, tmp_path):
    out = lambda name: tmp_path / name
    run("vae.py", "--data", pictures, "--out", out("vae"), "--steps", 30, "--batch", 4, "--crop", 32, "--save-every", 30, "--lr", 3e-3, "--threads", 1)
    assert losses(out("vae"))[-1] < 0.7 * losses(out("vae"))[0]
    run("latents.py", "--data", pictures, "--vae", out("vae") / "vae.safetensors", "--out", out("latents"))
    z = np.load(out("latents") / "latents.npy").astype(np.float32)
    assert z.shape == (8, 8, 8, 8) and abs(z.std() - 1) < 0.35  # normalised over the training pictures
    run("train.py", "--latents", out("latents"), "--out", out("static"), *SMALL, "--steps", 100, "--lr", 2e-3, "--drop", 0)
    assert np.mean(losses(out("static"))[-3:]) < 0.8 * losses(out("static"))[0]
    dynamic = ["--init", out("static") / "model.safetensors", "--dynamic", "--target", 0.5, "--lr", 1e-3, "--width-lr", 0.05, "--token-lr", 0.05]
    run("train.py", "--latents", out("latents"), "--out", out("dynamic"), *SMALL, *dynamic, "--steps", 100)
    shares = losses(out("dynamic"), "share")
    assert shares[0] > 0.95 and shares[-1] < 0.85, shares
    assert np.mean(losses(out("dynamic"), "complete")[-3:]) < 1.3 * np.mean(losses(out("static"))[-3:])  # L_complete holds it
    run("export.py", "--model", out("dynamic") / "model.safetensors", "--vae", out("vae") / "vae.safetensors", "--latents", out("latents"), "--out", out("page"), "--check")

    manifest = json.loads((out("page") / "manifest.json").read_text())
    assert set(manifest) == {"name", "dit", "vae", "sampling", "styles", "classes"}
    with safe_open(out("page") / "emoji-dit.safetensors", "pt") as file:
        state = {k: file.get_tensor(k) for k in file.keys()}
    assert all(v.dtype == torch.float16 for v in state.values())
    config = config_of({k: v.float() for k, v in state.items()}, timestep_scale=1000.0)
    for key in ("input_size", "patch_size", "in_channels", "hidden_size", "depth", "num_heads", "num_classes", "num_styles"):
        assert manifest["dit"][key] == getattr(config, key), key
    model, case = DiT(config).eval(), load_file(out("page") / "check.safetensors")
    load_into(model, {k: v.float() for k, v in state.items()})
    gates = Gates("eval")
    with torch.no_grad():
        found = model(case["x"], case["t"], case["y"], case["s"], gates)
    assert torch.allclose(found, case["out_dynamic"], atol=1e-5)
    for mask, key in zip(gates.stacked(), ("attn_mask", "mlp_mask", "token_mask")):
        assert torch.equal(mask, case[key])
    names = set(load_file(out("page") / "emoji-vae.safetensors"))
    assert not any(k.startswith(("encoder.", "quant_conv.")) for k in names) and "post_quant_conv.weight" in names

    run("classifier.py", "--data", pictures, "--out", out("judge"), "--steps", 60, "--batch", 16)
    assert json.loads((out("judge") / "accuracy.json").read_text())["train"]["style"] == 1.0
    arguments = ["--data", pictures, "--vae", out("vae") / "vae.safetensors", "--dynamic", out("dynamic") / "model.safetensors"]
    # The small model has 4 heads, which its routers say.
    run("evaluate.py", *arguments, "--classifier", out("judge") / "classifier.pt", "--out", out("report"), "--count", 8, "--steps", 3)
    scores = json.loads((out("report") / "scores.json").read_text())
    assert scores["complete"]["share"] == 1.0 and 0 < scores["both on"]["share"] < 1
    assert abs(scores["random masks"]["share"] - scores["both on"]["share"]) < 0.15
    assert (out("report") / "samples-both-on.webp").exists()

    # Static training goes on from the dynamic model without its routers.
    run("train.py", "--latents", out("latents"), "--out", out("on"), *SMALL, "--init", out("dynamic") / "model.safetensors", "--steps", 2)
    assert not any(router in key for key in load_file(out("on") / "model.safetensors") for router in ROUTERS)


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


def test_kill_and_resume_give_the_same_losses(latents, tmp_path):
    common = ["--latents", latents, *SMALL, "--steps", 40, "--save-every", 7, "--no-bf16"]
    run("train.py", *common, "--out", tmp_path / "whole", "--dynamic")
    command = [sys.executable, str(TRAINING / "train.py"), *map(str, [*common, "--out", tmp_path / "killed", "--dynamic"])]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    saved, deadline = tmp_path / "killed" / "last.pt", time.time() + 120
    while not saved.exists() and time.time() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed_at = torch.load(saved, weights_only=True)["step"]
    assert 0 < killed_at < 40
    assert f"resumed at step {killed_at}" in run("train.py", *common, "--out", tmp_path / "killed", "--dynamic")
    assert losses(tmp_path / "whole") == losses(tmp_path / "killed")
    whole, killed = (read_state(tmp_path / n / "model.safetensors") for n in ("whole", "killed"))
    assert all(torch.equal(whole[k], killed[k]) for k in whole)


def official(folder):
    """A checkpoint in the official layout ({model, ema, opt, args}), an image folder, and a small SD-like VAE."""
    torch.manual_seed(0)
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
    tune = ["--latents", tmp_path / "latents", "--init", tmp_path / "official.pt", "--objective", "epsilon", "--dynamic", "--batch", 8, "--steps", 40, "--threads", 1]
    complaint = run("train.py", *tune, "--out", tmp_path / "no-heads", ok=False)
    assert "number of heads" in complaint and "--heads" in complaint
    two = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", "29517"]
    found = run("train.py", *tune, "--heads", 6, "--lr", 1e-3, "--out", tmp_path / "tuned", launcher=two)
    assert "2 process(es)" in found
    state = read_state(tmp_path / "tuned" / "model.safetensors")
    config = config_of(state)
    assert config.dynamic and config.num_heads == 6 and config.learn_sigma
    assert np.mean(losses(tmp_path / "tuned", "complete")) < 1.5  # epsilon's squared error starts at 1, plus the bound


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
    torch.manual_seed(0)
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
    g = np.random.default_rng(0)
    a, b = g.normal(size=(200000, 2)) * [1, 2], g.normal(size=(200000, 2)) * [3, 1] + [1, 0]
    assert abs(evaluate.frechet(a, b) - (1 + 4 + 1)) < 0.08
    assert abs(evaluate.frechet(a, a)) < 1e-9
