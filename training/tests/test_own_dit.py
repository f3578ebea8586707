"""A DiT of one's own: an official checkpoint and a folder of pictures become a DyDiT; bad input is named."""

import argparse, json

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image

from checkpoints import config_of, read_state
from conftest import TRAINING, losses, run, run_process
from model import Config, DiT


def official(folder):
    """A checkpoint in the official layout ({model, ema, opt, args}), an image folder, and a small SD-like VAE."""
    shape = dict(input_size=8, in_channels=4, hidden_size=96, depth=2, num_heads=6, num_classes=3)
    model = DiT(Config(**shape, learn_sigma=True, timestep_scale=1.0))
    torch.save(
        {"model": model.state_dict(), "ema": model.state_dict(), "opt": {}, "args": argparse.Namespace(model="DiT")},
        folder / "official.pt",
    )
    for name in ("ant", "bee"):
        (folder / "images" / name).mkdir(parents=True)
        for i in range(8):
            Image.fromarray(np.random.default_rng(i).integers(0, 255, (90, 70 + i, 3), np.uint8)).save(
                folder / "images" / name / f"{i}.png"
            )
    blocks = dict(down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4)
    AutoencoderKL(
        block_out_channels=[8, 8, 8, 8], norm_num_groups=4, latent_channels=4, scaling_factor=0.18215, **blocks
    ).save_pretrained(folder / "sd-vae")


def test_an_official_checkpoint_becomes_dynamic(tmp_path):
    official(tmp_path)
    run(
        "folders.py",
        "--images",
        tmp_path / "images",
        "--sd-vae",
        tmp_path / "sd-vae",
        "--size",
        64,
        "--out",
        tmp_path / "latents",
    )
    assert json.loads((tmp_path / "latents" / "meta.json").read_text())["classes"] == [{"name": "ant"}, {"name": "bee"}]
    tune = [
        "--latents",
        tmp_path / "latents",
        "--init",
        tmp_path / "official.pt",
        "--objective",
        "epsilon",
        "--dynamic",
        "--batch",
        8,
        "--steps",
        4,
        "--threads",
        1,
    ]
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
    assert "sub-folder" in run(
        "folders.py",
        "--images",
        tmp_path / "images" / "ant",
        "--sd-vae",
        tmp_path / "sd-vae",
        "--out",
        tmp_path / "y",
        ok=False,
    )
