"""The forward and the samplers against the authors' own outputs; routers and losses against their formulas."""
import json, math

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from checkpoints import config_of, load_into, read_state
from conftest import SEED, goldens
from diffusion import Diffusion, drop_labels, epsilon_loss, flow_loss, guided, sample_ddim, sample_ddpm, spaced, stratified_timesteps
from model import Config, DiT, Gates, block_costs, gelu_tanh, gumbel_sigmoid, init_routers, share_of_work


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
    """The authors' forward_with_cfg: the first half of x for both halves; channels 0..2 guided, the rest each half's own."""
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


def test_gumbel_sigmoid_opens_with_the_logistic_probability():
    for logit in (-1.0, 0.0, 2.0):
        share = gumbel_sigmoid(torch.full((40000,), logit), tau=5.0).mean().item()
        assert abs(share - 1 / (1 + math.exp(-logit))) < 0.015  # six deviations; the difference of two Gumbels is logistic
    assert gumbel_sigmoid(torch.tensor([-0.1, 0.0, 0.1]), 5.0, hard_only=True).tolist() == [0, 0, 1]


def test_gumbel_sigmoid_is_hard_forward_and_soft_backward():
    logits = torch.linspace(-3, 3, 7, requires_grad=True)
    torch.manual_seed(SEED)
    gate = gumbel_sigmoid(logits, 5.0)
    assert all(min(abs(v), abs(v - 1)) < 1e-6 for v in gate.tolist())
    gate.sum().backward()
    torch.manual_seed(SEED)
    noise = -torch.empty(7).exponential_().log() + torch.empty(7).exponential_().log()
    soft = torch.sigmoid((logits.detach() + noise) / 5.0)
    assert torch.allclose(logits.grad, soft * (1 - soft) / 5.0)


def test_routers_start_open():
    model = DiT(Config(hidden_size=32, num_heads=4, depth=2, num_classes=3, dynamic=True))
    for block in model.blocks:
        assert torch.all(block.attn_rate.router.bias == 15) and torch.all(block.mlp_rate.router.bias == 15)
        assert torch.all(block.token_selection.mlp_head[2].bias == 35)
    gates = Gates("train")
    model(torch.randn(2, 8, 16, 16), torch.rand(2), torch.zeros(2, dtype=torch.long), gates=gates)
    assert share_of_work(model.config, *gates.stacked()).min() > 0.95


def test_share_of_work_by_hand():
    c = Config(hidden_size=8, num_heads=2, depth=1, input_size=4)  # N = 4, D = 8
    assert block_costs(c) == (4 * 4 * 64 + 2 * 16 * 8, 8 * 4 * 64)  # 1280, 2048
    heads, groups, tokens = torch.tensor([[[1.0, 0]]]), torch.tensor([[[1.0, 0]]]), torch.tensor([[[1.0, 0, 0, 0]]])
    assert share_of_work(c, heads, groups, tokens).item() == pytest.approx((1280 * 0.5 + 2048 * 0.5 * 0.25) / 3328)
    assert share_of_work(c, None, None, tokens).item() == pytest.approx((1280 + 2048 * 0.25) / 3328)


def test_dit_xl_costs_what_the_paper_says():
    xl = Config(input_size=32, in_channels=4, hidden_size=1152, num_heads=16, depth=28)
    assert sum(block_costs(xl)) * 28 / 1e9 == pytest.approx(118.69, abs=0.8)  # the paper adds the embeddings


def test_masked_units_change_nothing():
    """Zeroing the weights of a closed head and a closed MLP group leaves the output: what the page's slicing relies on."""
    model = DiT(Config(hidden_size=32, num_heads=4, depth=1, num_classes=3, dynamic=True)).eval()
    for p in model.parameters():
        torch.nn.init.normal_(p, std=0.2)
    block = model.blocks[0]
    with torch.no_grad():
        for router in (block.attn_rate.router, block.mlp_rate.router):
            router.weight.zero_(), router.bias.copy_(torch.tensor([1.0, -1.0, 1.0]))  # unit 2 is closed
        x, t, y = torch.randn(2, 8, 16, 16), torch.rand(2), torch.zeros(2, dtype=torch.long)
        before = model(x, t, y, gates=Gates("eval", tokens=False))
        block.attn.proj.weight[:, 16:24] = 7.0  # head 2's columns, E = 8
        block.mlp.fc2.weight[:, 64:96] = 7.0  # group 2's columns, G = 32
        assert torch.equal(before, model(x, t, y, gates=Gates("eval", tokens=False)))
        assert not torch.equal(before, model(x, t, y))


def test_gelu_forms_agree():
    x = torch.linspace(-6, 6, 999)
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    assert torch.allclose(gelu_tanh(x), 0.5 * x * (1 + torch.tanh(u)), atol=1e-6)
    compiled_form = x * torch.sigmoid(x * (1.5957691216057308 + 0.07135481282553 * x * x))
    assert torch.allclose(compiled_form, gelu_tanh(x), atol=1e-6)


def test_flow_loss_by_formula():
    x, t = torch.randn(3, 2, 4, 4), torch.tensor([0.0, 0.5, 1.0])
    torch.manual_seed(SEED)
    seen = []
    loss = flow_loss(lambda z, t: seen.append(z) or torch.zeros_like(z), x, t, {})
    torch.manual_seed(SEED)
    noise = torch.randn_like(x)
    assert torch.allclose(loss, ((x - noise) ** 2).mean((1, 2, 3)))
    assert torch.allclose(seen[0], t.view(-1, 1, 1, 1) * x + (1 - t.view(-1, 1, 1, 1)) * noise)


def test_epsilon_loss_is_zero_where_the_truth_is_predicted():
    """With the true epsilon and the posterior's variance (v = -1) both terms vanish for t > 0; another variance costs
    the closed-form divergence of two Gaussians."""
    x, t = torch.randn(2, 4, 8, 8), torch.tensor([1, 700])
    noise = {}

    def perfect(v):
        def model(z, t):
            d = Diffusion()
            a = torch.as_tensor(d.kept[t.numpy()], dtype=torch.float32).view(-1, 1, 1, 1)
            noise["epsilon"] = (z - a.sqrt() * x) / (1 - a).sqrt()
            return torch.cat([noise["epsilon"], torch.full_like(z, v)], 1)

        return model

    assert epsilon_loss(perfect(-1.0), x, t, {}).max() < 1e-4
    d = Diffusion()
    difference = d.log_betas[t.numpy()] - d.log_posterior[t.numpy()]
    expected = 0.5 * (difference + np.exp(-difference) - 1) / math.log(2)
    assert np.allclose(epsilon_loss(perfect(1.0), x, t, {}).numpy(), expected, atol=1e-4)


def test_timesteps_are_stratified_in_quarters():
    t = stratified_timesteps(16)
    assert [int(v * 4) for v in t] == [i // 4 for i in range(16)]


def test_labels_drop_together_and_alone():
    """Guidance's unconditional half has no label at all: that must be trained, not only each label missing by itself."""
    cls, style = drop_labels(40000, 0.1, True)
    for found, expected in ((cls & style, 0.1), (cls & ~style, 0.05), (style & ~cls, 0.05)):
        assert abs(found.float().mean().item() - expected) < 0.01
    cls, style = drop_labels(40000, 0.1, False)
    assert torch.equal(cls, style) and abs(cls.float().mean().item() - 0.1) < 0.01


@torch.no_grad()
def test_routed_tokens_skip_the_middle_blocks():
    """The oracle runs the blocks by hand: all tokens through the first and last, the kept ones alone through the middle."""
    model = DiT(Config(hidden_size=32, num_heads=4, depth=4, num_classes=3, input_size=8)).eval()
    for p in model.parameters():
        torch.nn.init.normal_(p, std=0.2)
    x, t, y = torch.randn(2, 8, 8, 8), torch.rand(2), torch.zeros(2, dtype=torch.long)
    seen = []
    hooks = [block.register_forward_hook(lambda _, inputs, out: seen.append((inputs[0], out))) for block in model.blocks]
    routed = model(x, t, y, route=0.25)
    for hook in hooks:
        hook.remove()
    assert [len(before[0]) for before, _ in seen] == [16, 12, 12, 16]
    entering, leaving = seen[0][1], seen[3][0]
    for i in range(2):
        around = (entering[i] == leaving[i]).all(1)  # tokens that nothing in the middle touched
        assert around.sum() == 4
        kept = {tuple(row.tolist()) for row in entering[i][~around]}
        assert {tuple(row.tolist()) for row in seen[1][0][i]} == kept
        assert {tuple(row.tolist()) for row in seen[2][1][i]} == {tuple(row.tolist()) for row in leaving[i][~around]}
    assert not torch.equal(routed, model(x, t, y))
    assert torch.equal(model(x, t, y, route=0.0), model(x, t, y))
