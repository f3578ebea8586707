"""Scores against closed forms and by hand; the autoencoder against diffusers."""

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

import autoencoder
import judge as judge_
import scores as score
from conftest import SEED
from latents import Latents
from machine import Clock, Machine, learning_rate
from watch import Watch, nearest


def test_frechet_distance_of_known_gaussians():
    """Diagonal Gaussians: |mu|^2 + sum (s1 - s2)^2, in closed form."""
    g = np.random.default_rng(SEED)
    a, b = g.normal(size=(200000, 2)) * [1, 2], g.normal(size=(200000, 2)) * [3, 1] + [1, 0]
    assert abs(score.frechet(a, b) - (1 + 4 + 1)) < 0.08
    assert abs(score.frechet(a, a)) < 1e-9


def test_recognised_by_hand():
    logits = torch.tensor([[3.0, 2, 1, 0, -1, -2], [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0.5]])
    styles = torch.tensor([[1.0, 0], [1, 0], [0, 1]])
    found = judge_.recognised(logits, styles, [0, 4, 5], [0, 1, 1])
    assert found == {"top1": pytest.approx(1 / 3), "top5": pytest.approx(2 / 3), "style": pytest.approx(2 / 3)}
    assert score.in_top(logits, np.array([[0, 1], [0, 5], [1, 2]]), k=2).tolist() == [True, False, False]


def test_copies_are_told_from_new_drawings():
    """A training picture is a copy of its own pair, mirrored too; in another pair's place, or far off, it is none."""
    generator = np.random.default_rng(SEED)
    images = generator.integers(0, 255, (6, 8, 8, 3), np.uint8).repeat(8, 1).repeat(8, 2)  # 64 x 64, coarse
    cls, style = np.array([0, 0, 1, 1, 2, 2]), np.tile([0, 1], 3)
    bank = score.moved_bank(images, versions=2)
    assert bank.shape == (6, 2, 16 * 16 * 3) and np.array_equal(bank[:, 0], score.small(images))
    flipped = np.stack([bank[:, 0], score.small(images[:, :, ::-1])], 1)
    ask = lambda pictures, c, s, b=bank: score.copies(pictures, c, s, b, cls, style, limit=1.0).tolist()
    assert ask(images, cls, style) == [True] * 6
    assert ask(images, cls, 1 - style) == [False] * 6
    assert ask(images[:, :, ::-1], cls, style, flipped) == [True] * 6
    assert ask(255 - images, cls, style) == [False] * 6


def test_real_pictures_put_together():
    """The cross-fade is the mean without wrapping over 255; one above the other changes owner at the middle row."""
    a, b = np.full((1, 4, 4, 3), 250, np.uint8), np.full((1, 4, 4, 3), 100, np.uint8)
    assert (score.cross_faded(a, b) == 175).all()
    assert score.stacked(a, b)[0, :, 0, 0].tolist() == [250, 250, 100, 100]


def test_spread_by_hand():
    features = np.array([[[0.0, 0], [3, 4]], [[1, 1], [1, 1]]])  # distances 5 and 0
    assert score.spread(features) == 2.5


def test_what_watches_the_training(latents):
    data = Latents(latents, Machine(device="cpu"))
    watch = Watch(data, Machine(device="cpu"), count=4)
    assert len(watch.bank()) == 7 * 3 and set(watch.held) == {3} and not data.soft[watch.asked].any()
    plain = data.rows(watch.asked, torch.zeros_like(watch.asked))
    assert watch.copies(plain) == 1.0 and watch.copies(plain.roll(1, 0)) < 1.0 and watch.copies(plain + 100) == 0.0
    a, bank = torch.randn(5, 2, 3), torch.randn(9, 2, 3)
    distance, which = nearest(a, bank, chunk=4)
    table = ((a[:, None] - bank[None]) ** 2).flatten(2).mean(2).sqrt()
    assert torch.allclose(distance, table.min(1).values, atol=1e-4) and torch.equal(which, table.argmin(1))


def test_the_autoencoder_is_diffusers():
    """Names, and numbers to the last bit of an f32."""
    blocks = dict(down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4)
    theirs, ours = AutoencoderKL(**blocks, **autoencoder.EMOJI).eval(), autoencoder.Autoencoder().eval()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        mean, _ = ours.moments(x)
        assert torch.allclose(mean, theirs.encode(x).latent_dist.mean, atol=1e-5)
        assert torch.allclose(ours.decode(mean), theirs.decode(mean).sample, atol=1e-5)


def test_what_a_decode_costs():
    """The encoder's mirror image, 3.287 G less 5/9 of three convolutions by hand, and the lighter one that ships."""
    doubled = 9 * (128**2 * 32**2 + 96**2 * 64**2 + 64**2 * 128**2)
    assert autoencoder.multiply_adds(autoencoder.EMOJI) / 1e9 == pytest.approx(3.287 - doubled / 1e9 * 5 / 9, abs=0.001)
    assert autoencoder.multiply_adds({**autoencoder.EMOJI, "block_out_channels": [16, 32, 96, 128]}) < 1.5e9


def test_folding_the_normalisation_changes_no_picture():
    vae = autoencoder.Autoencoder().eval()
    for name, p in vae.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(p, std=0.1)
    x = torch.rand(4, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        z, logvar = vae.moments(x)
        before = vae.decode(z)
        mean, std = z.mean((0, 2, 3)), z.std((0, 2, 3))
        autoencoder.fold_normalisation(vae, mean, std)
        new, new_logvar = vae.moments(x)
        assert torch.allclose(new.mean((0, 2, 3)), torch.zeros(8), atol=1e-4) and torch.allclose(
            new.std((0, 2, 3)), torch.ones(8), atol=1e-4
        )
        assert torch.allclose(vae.decode(new), before, atol=1e-4)
        assert torch.allclose(new_logvar.exp().sqrt() * std.view(1, -1, 1, 1), logvar.exp().sqrt(), rtol=1e-3)


def test_schedules():
    assert learning_rate(0.0, 1.0, 0) == pytest.approx(1 / 50) and learning_rate(0.0, 1.0, 49) == 1.0
    assert learning_rate(0.5, 1.0, 1000) == pytest.approx(0.51) and learning_rate(1.0, 1.0, 1000) == pytest.approx(0.02)
    clock = Clock(10, step=4)
    assert clock.progress == 0.4 and not clock.over
    clock.step = 10
    assert clock.over and Clock(10, minutes=1, seconds=61).over and not Clock(1, minutes=10, step=5).over
