"""Augmentation by hand: each move does what it says, and zeros do nothing."""

import math

import pytest
import torch

import augment
from augment import MOVES, PINCH, draw_moves, move
from sample import lively


def test_moves_by_hand():
    """A white picture with one dark square: each move puts it where it says."""
    x = torch.ones(1, 3, 64, 64)
    x[:, :, 8:16, 40:48] = -1  # above, to the right
    centre = lambda p: [round(v.float().mean().item(), 1) for v in (p[0, 0] < 0).nonzero(as_tuple=True)]
    ask = lambda **m: move(x, torch.tensor([[float(m.get(name, 0)) for name in MOVES]]))
    assert torch.allclose(ask(), x, atol=1e-4) and centre(ask()) == [11.5, 43.5]
    assert centre(ask(mirror=1)) == [11.5, 19.5]
    assert centre(ask(shift_x=1)) == pytest.approx([11.5, 43.5 + 6.4], abs=0.6)
    assert centre(ask(shift_y=1)) == pytest.approx([11.5 + 6.4, 43.5], abs=0.6)
    assert (ask(zoom=-1) < 0).sum() < (x < 0).sum() < (ask(zoom=1) < 0).sum()
    turned, angle = centre(ask(tilt=1)), math.radians(20)
    right, up = 43.5 - 31.5, 31.5 - 11.5
    expected = [
        31.5 - (up * math.cos(angle) - right * math.sin(angle)),
        31.5 + right * math.cos(angle) + up * math.sin(angle),
    ]
    assert turned == pytest.approx(expected, abs=0.7)
    assert (move(torch.ones(1, 3, 8, 8), torch.randn(1, 6)) > 0.999).all()  # white stays white


def test_hue_turns_red_to_green_and_leaves_grey():
    third = augment.hue_matrix(torch.tensor([2 * math.pi / 3]))[0]
    assert torch.allclose(third @ torch.tensor([1.0, 0, 0]), torch.tensor([0.0, 1, 0]), atol=1e-6)
    some = augment.hue_matrix(torch.randn(5))
    assert torch.allclose(some @ torch.ones(3), torch.ones(5, 3), atol=1e-6)
    assert torch.allclose(some @ some.transpose(1, 2), torch.eye(3).expand(5, 3, 3), atol=1e-6)


def test_drawn_moves():
    a = draw_moves(20000)
    assert ((a[:, 0] == 0) | (a[:, 0] == 1)).all() and abs(a[:, 0].mean().item() - 0.5) < 0.03
    assert (a[:, 2] <= 0.2 + 1e-6).all() and (a.abs() <= 1 + 1e-6).all()
    assert all(abs((a[:, i] != 0).float().mean().item() - 0.7) < 0.03 for i in range(1, 6))


def test_what_a_seed_draws():
    s = torch.arange(6).repeat(500)
    drawn, plain = lively(s, 6), lively(s, 6, variation=0)
    first, other, weights = drawn["s"][:, 0], drawn["s"][:, 1], drawn["s_weights"]
    assert (first == s).all() and (other != s).all() and set(other.tolist()) == set(range(6))
    assert torch.allclose(weights.sum(1), torch.ones(len(s))) and 0.27 < weights[:, 1].mean() < 0.33
    assert weights[:, 1].max() <= PINCH and (plain["s_weights"] == torch.tensor([1.0, 0])).all()
    half = lively(s, 6, variation=0.5)["moves"]
    assert torch.equal(half[:, 1:], drawn["moves"][:, 1:] / 2) and torch.equal(half[:, 0], drawn["moves"][:, 0])
    assert not plain["moves"][:, 1:].any()
