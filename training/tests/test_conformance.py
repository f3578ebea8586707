"""The forward and the samplers against the authors' own outputs."""

import json

import pytest
import torch
from safetensors.torch import load_file

from checkpoints import config_of, load_into, read_state
from conftest import goldens
from diffusion import guided
from epsilon import sample_ddim, sample_ddpm, spaced
from gates import Gates
from model import DiT


def open_case(folder):
    case, tensors = json.loads((folder / "case.json").read_text()), load_file(folder / "case.safetensors")
    state = read_state(folder / "model.pt")
    model = DiT(config_of(state, case["config"]["num_heads"])).eval()
    load_into(model, state)
    return case, tensors, model


def assert_close(found, expected, tolerance=2e-4):
    worst = (found - expected).abs().max().item()
    assert worst <= tolerance * max(1, expected.abs().max().item()), f"off by {worst}"


@pytest.mark.parametrize("folder", goldens(), ids=lambda p: p.name)
@torch.no_grad()
def test_forward_matches_the_authors(folder):
    case, tensors, model = open_case(folder)
    x, t, y = tensors["x"], tensors["t"], tensors["y"]
    for key, value in case["config"].items():
        assert getattr(model.config, key) == value, key
    if "out_complete" in tensors:
        assert_close(model(x, t, y), tensors["out_complete"])
    if model.config.dynamic:
        gates = Gates("eval")
        assert_close(model(x, t, y, gates=gates), tensors["out_dynamic"])
        for mask, key in zip(gates.stacked(), ("attn_mask", "mlp_mask", "token_mask")):
            assert torch.equal(mask, tensors[key]), key
    else:
        assert_close(model(x, t, y), tensors["out_dynamic"] if "out_dynamic" in tensors else tensors["out_complete"])


def both_halves(model, case, y):
    """The authors' forward_with_cfg: the first half of x for both halves; channels 0..2 guided, the rest each half's
    own."""
    n = case["cfg_channels"]

    def predict(x, t):
        half = x[: len(x) // 2]
        out = model(torch.cat([half, half]), t, y, gates=Gates("eval" if model.config.dynamic else "complete"))
        conditional, unconditional = out[:, :n].chunk(2)
        mixed = unconditional + case["cfg_scale"] * (conditional - unconditional)
        return torch.cat([torch.cat([mixed, mixed]), out[:, n:]], 1)

    return predict


@pytest.mark.parametrize("folder", goldens(), ids=lambda p: p.name)
@torch.no_grad()
def test_guidance_and_samplers_match_the_authors(folder):
    case, tensors, model = open_case(folder)
    x, use = tensors["cfg_x"], tensors["timesteps"].tolist()
    assert spaced(case["sampling_steps"]) == use
    predict = both_halves(model, case, tensors["cfg_y"])
    assert_close(predict(x, tensors["cfg_t"]), tensors["out_cfg"])
    mine = guided(model, model.config, case["cfg_scale"], case["cfg_channels"])
    gates = Gates("eval" if model.config.dynamic else "complete")
    half = len(x) // 2
    found = mine(x[:half], tensors["cfg_t"][:half], tensors["cfg_y"][:half], gates=gates)
    assert_close(found, tensors["out_cfg"][:half])  # the conditional half is what guided() keeps
    assert_close(sample_ddpm(predict, x, use, tensors["ddpm_noise"]), tensors["out_ddpm"], 2e-3)
    assert_close(sample_ddim(predict, x, use), tensors["out_ddim"], 2e-3)
