"""The network, its routers and gates, and what it is told besides, against formulas and by hand."""

import math

import pytest
import torch

from conftest import SEED
from gates import Gates, block_costs, gumbel_sigmoid, share_of_work, shift_of
from layers import gelu_tanh
from model import Config, DiT


def test_gumbel_sigmoid_opens_with_the_logistic_probability():
    for logit in (-1.0, 0.0, 2.0):
        share = gumbel_sigmoid(torch.full((40000,), logit), tau=5.0).mean().item()
        assert (
            abs(share - 1 / (1 + math.exp(-logit))) < 0.015
        )  # six deviations; the difference of two Gumbels is logistic
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
    """Zeroing the weights of a closed head and a closed MLP group leaves the output: what the page's slicing relies
    on."""
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


@torch.no_grad()
def test_routed_tokens_skip_the_middle_blocks():
    """The oracle runs the blocks by hand: all tokens through the first and last, the kept ones alone through the
    middle."""
    model = DiT(Config(hidden_size=32, num_heads=4, depth=4, num_classes=3, input_size=8)).eval()
    for p in model.parameters():
        torch.nn.init.normal_(p, std=0.2)
    x, t, y = torch.randn(2, 8, 8, 8), torch.rand(2), torch.zeros(2, dtype=torch.long)
    seen = []
    hooks = [
        block.register_forward_hook(lambda _, inputs, out: seen.append((inputs[0], out))) for block in model.blocks
    ]
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


def random_model(**more):
    """A model whose every parameter is drawn, so that nothing is zero by initialisation."""
    shape = dict(hidden_size=32, num_heads=4, depth=4, num_classes=3, num_styles=2, input_size=8, in_channels=4)
    model = DiT(Config(**shape | more)).eval()
    for p in model.parameters():
        torch.nn.init.normal_(p, std=0.2)
    return model


def some_inputs():
    return torch.randn(2, 4, 8, 8), torch.tensor([0.2, 0.6]), torch.tensor([0, 2]), torch.tensor([1, 0])


@torch.no_grad()
def test_conditions_at_zero_and_jumps_of_no_length_change_nothing():
    """What today's engine draws: a = 0 and r = t are the network without them, to the bit."""
    plain, told = random_model(), random_model(conditions=8, jump_blocks=2)
    told.load_state_dict(plain.state_dict(), strict=False)
    x, t, y, s = some_inputs()
    expected = plain(x, t, y, s)
    assert torch.equal(told(x, t, y, s), expected)
    assert torch.equal(told(x, t, y, s, a=torch.zeros(2, 8), r=t), expected)
    assert not torch.allclose(told(x, t, y, s, a=torch.ones(2, 8)), expected, atol=1e-3)
    assert not torch.allclose(told(x, t, y, s, r=t + 0.3), expected, atol=1e-3)


@torch.no_grad()
def test_conditions_are_linear_and_join_the_labels():
    """c = temb + class + style + W a: moving W a into the class row gives the same picture."""
    model = random_model(conditions=8)
    x, t, y, s = some_inputs()
    a = torch.randn(8)
    expected = model(x, t, y, s, a=a.expand(2, 8))
    model.y_embedder.embedding_table.weight += model.a_embedder.weight @ a
    assert torch.allclose(model(x, t, y, s), expected, atol=1e-4)


@torch.no_grad()
def test_only_the_last_blocks_and_the_final_layer_are_told_where_a_jump_ends():
    model = random_model(jump_blocks=1)
    x, t, y, s = some_inputs()
    seen = []
    hooks = [m.register_forward_hook(lambda _, i, o: seen.append(i[1])) for m in [*model.blocks, model.final_layer]]
    model(x, t, y, s)
    model(x, torch.tensor([0.9, 0.9]), y, s)
    begin, end = seen[:5], seen[5:]
    seen.clear()
    model(x, t, y, s, r=torch.tensor([0.9, 0.9]))
    for hook in hooks:
        hook.remove()
    assert [torch.equal(c, begin[i]) for i, c in enumerate(seen)] == [True, True, True, False, False]
    assert torch.equal(seen[3], end[3]) and torch.equal(seen[4], end[4])


@torch.no_grad()
def test_mixes_of_labels():
    """Weights 1 and 0 are the single thing to the bit; a half each is the model whose row is the mean."""
    model = random_model()
    x, t, y, s = some_inputs()
    two, other = torch.stack([y, (y + 1) % 3], 1), torch.stack([s, 1 - s], 1)
    sure = torch.tensor([[1.0, 0.0]]).expand(2, 2)
    assert torch.equal(model(x, t, two, other, y_weights=sure, s_weights=sure), model(x, t, y, s))
    half = model(x, t, two, s, y_weights=torch.full((2, 2), 0.5))
    table = model.y_embedder.embedding_table.weight
    means = [table[row].mean(0) for row in two]
    table[0], table[1] = means[0], means[1]
    assert torch.allclose(half, model(x, t, torch.tensor([0, 1]), s), atol=1e-5)


def test_the_shift_of_a_budget_by_hand():
    assert shift_of(0.5, 0.5).item() == 0
    assert shift_of(torch.tensor([0.3, 0.4, 0.75, 1.0]), 0.5).tolist() == pytest.approx([-3, -1.5, 3, 6], abs=1e-5)


@torch.no_grad()
def test_a_larger_budget_opens_more_gates_and_closes_none():
    """Width sees the timestep alone, so its masks nest exactly; the first layer's tokens do, as nothing came before."""
    model = random_model(dynamic=True)
    x, t, y, s = some_inputs()
    masks = []
    for budget in (0.3, 0.4, 0.5, 0.7, 0.9, 1.0):
        gates = Gates("eval", shift=shift_of(budget, 0.5).item())
        model(x, t, y, s, gates)
        heads, groups, tokens = gates.stacked()
        masks.append((heads, groups, tokens[:, 0]))
    for less, more in zip(masks, masks[1:]):
        assert all((m >= l).all() for l, m in zip(less, more))
    shares = [share_of_work(model.config, heads, groups, None).mean().item() for heads, groups, _ in masks]
    assert shares == sorted(shares) and shares[0] < shares[-1]
    gates = Gates("eval", shift=torch.tensor([1000.0, -1000.0]))  # a shift for each item
    model(x, t, y, s, gates)
    heads, _, tokens = gates.stacked()
    assert (heads[0] == 1).all() and (tokens[0] == 1).all() and (heads[1, :, 1:] == 0).all() and (tokens[1] == 0).all()
