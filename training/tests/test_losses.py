"""Every loss against a plain version of its formula."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import objectives
from augment import CONDITIONS, MOVES
from conftest import SEED
from diffusion import drop_labels, flow_loss, sample_jumps, stratified_timesteps
from epsilon import Diffusion, epsilon_loss
from fast import GUIDANCE, guided_target, jump_target, make_targets, targets_loss
from judge import Classifier, perceptual
from vae import loss_of


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
    """Guidance's unconditional half has no label at all: that must be trained, not only each label missing by
    itself."""
    cls, style = drop_labels(40000, 0.1, True)
    for found, expected in ((cls & style, 0.1), (cls & ~style, 0.05), (style & ~cls, 0.05)):
        assert abs(found.float().mean().item() - expected) < 0.01
    cls, style = drop_labels(40000, 0.1, False)
    assert torch.equal(cls, style) and abs(cls.float().mean().item() - 0.1) < 0.01


class Mock:
    """A network in closed form: what it says depends on everything that it is told, so that a target shows who was
    asked."""

    config = SimpleNamespace(num_classes=10, num_styles=5)

    def __call__(self, z, t, y, s=None, r=None, a=None, gates=None, dropped=None, dropped_style=None, **_):
        r = t if r is None else r
        told = t + 2 * r + 0.1 * y + 0.01 * s + a @ torch.arange(1.0, a.shape[1] + 1)
        return 0.5 * z + told.view(-1, 1, 1, 1)


def asked(B=6):
    labels = {"y": torch.randint(10, (B,)), "s": torch.randint(5, (B,)), "a": torch.zeros(B, len(CONDITIONS))}
    labels["a"][:, : len(MOVES)] = torch.randn(B, len(MOVES))
    return torch.randn(B, 4, 8, 8), torch.rand(B) * 0.5, labels


def test_guidance_target_by_formula():
    z, t, labels = asked()
    w = torch.rand(6) * 3 + 1
    conditional = Mock()(z, t, **labels)
    unconditional = Mock()(z, t, **labels | {"y": torch.full((6,), 10), "s": torch.full((6,), 5)})
    expected = unconditional + w.view(-1, 1, 1, 1) * (conditional - unconditional)
    assert torch.allclose(guided_target(Mock(), z, t, labels, w), expected, atol=1e-5)


def test_jump_target_by_formula():
    """One picture at a time, in plain steps; the shortest jump is of two velocities."""
    z, t, labels = asked()
    w, d = torch.rand(6) * 3 + 1, torch.tensor([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1 / 16, 1 / 4])
    found = jump_target(Mock(), z, t, d, labels, w)
    for i in range(6):
        told = {k: v[i : i + 1] for k, v in labels.items()}
        told["a"] = told["a"].clone()
        told["a"][0, GUIDANCE] = w[i] - 1
        one = lambda z, t, r: Mock()(z, torch.tensor([t]), r=torch.tensor([r]), **told)
        begin, middle, end = t[i].item(), (t[i] + d[i] / 2).item(), (t[i] + d[i]).item()
        short = d[i] == 1 / 16
        first = one(z[i : i + 1], begin, begin if short else middle)
        second = one(z[i : i + 1] + d[i] / 2 * first, middle, middle if short else end)
        assert torch.allclose(found[i], (first + second)[0] / 2, atol=1e-4), i


def test_a_mean_velocity_is_consistent_with_itself():
    """For a field whose mean velocity is known (dz/dt = c t: c (t+r)/2), the target is that mean, for any jump."""

    class Known(Mock):
        def __call__(self, z, t, y, s=None, r=None, a=None, **_):
            r = t if r is None else r
            return torch.ones_like(z) * (3 * (t + r) / 2).view(-1, 1, 1, 1)

    z, t, labels = asked()
    w = torch.full((6,), 2.0)
    for d in (1 / 8, 1 / 4, 1 / 2):
        length = torch.full((6,), d)
        expected = Known()(z, t, labels["y"], r=t + length)
        assert torch.allclose(jump_target(Known(), z, t, length, labels, w), expected, atol=1e-6)
    # and a sampler of jumps lands where the field leads: z(1) = z(0) + 3/2, in any number of steps
    for steps in (1, 3, 4):
        end = sample_jumps(lambda z, t, r: Known()(z, t, labels["y"], r=r), z, steps)
        assert torch.allclose(end, z + 1.5, atol=1e-5)


def test_targets_by_kind():
    """Kind 0 is asked for the data's velocity with its labels dropped as they were; teachers' pictures keep theirs,
    are told their guidance, and jumps start at whole multiples of their length."""
    x, t, labels = asked()
    kinds = torch.tensor([0, 1, 2, 0, 1, 2])
    labels |= {"dropped": torch.ones(6, dtype=torch.bool), "dropped_style": torch.ones(6, dtype=torch.bool)}
    z, found_t, r, told, target = make_targets(Mock(), x, t, labels, kinds)
    noise = (z[0] - found_t[0] * x[0]) / (1 - found_t[0])
    assert torch.allclose(target[0], x[0] - noise, atol=1e-4)
    assert torch.equal(told["dropped"], kinds == 0) and torch.equal(told["dropped_style"], kinds == 0)
    assert torch.equal(found_t[kinds < 2], t[kinds < 2]) and torch.equal(r[kinds < 2], t[kinds < 2])
    d = (r - found_t)[kinds == 2]
    assert (d > 0).all() and torch.allclose((found_t[kinds == 2] / d).round() * d, found_t[kinds == 2])
    w = told["a"][:, GUIDANCE] + 1
    assert (w[kinds == 0] == 1).all() and (w[kinds > 0] >= 1).all() and (w <= 4).all()
    plain = {k: v for k, v in labels.items() if "dropped" not in k}
    row = lambda i: {k: v[i : i + 1] for k, v in plain.items()}
    assert torch.allclose(target[1:2], guided_target(Mock(), z[1:2], t[1:2], row(1), w[1:2]), atol=1e-4)
    i = slice(2, 3)
    assert torch.allclose(target[i], jump_target(Mock(), z[i], found_t[i], d[:1], row(2), w[i]), atol=1e-4)
    expected = ((Mock()(z, found_t, r=r, **told) - target) ** 2).mean((1, 2, 3))
    assert torch.allclose(targets_loss(Mock(), z, found_t, r, told, target), expected)


def test_without_augmentation_inputs_the_loss_is_the_canonical_pictures():
    """Zeros in a say nothing: the loss is that of a network that has no such inputs."""
    from test_model import random_model

    plain, told = random_model(), random_model(conditions=len(CONDITIONS))
    told.load_state_dict(plain.state_dict(), strict=False)
    x, t, labels = asked(2)
    labels = {"y": labels["y"] % 3, "s": labels["s"] % 2}
    torch.manual_seed(SEED)
    expected = flow_loss(plain, x, t, labels)
    torch.manual_seed(SEED)
    assert torch.equal(flow_loss(told, x, t, labels | {"a": torch.zeros(2, len(CONDITIONS))}), expected)


def test_blends_keep_most_of_what_was_asked():
    _, _, labels = asked(4000)
    mixed = objectives.blended(labels, 0.5)
    for key in ("y", "s"):
        weights = mixed[f"{key}_weights"]
        assert torch.equal(mixed[key][:, 0], labels[key]) and torch.allclose(weights.sum(1), torch.ones(4000))
        assert (weights[:, 1] <= 0.3).all() and abs((weights[:, 1] > 0).float().mean() - 0.25) < 0.05
    assert not ((mixed["y_weights"][:, 1] > 0) & (mixed["s_weights"][:, 1] > 0)).any()  # one of the two
    assert (objectives.blended(labels, 0.0)["y_weights"][:, 0] == 1).all()


def test_budgets_and_their_loss_by_hand():
    wanted, shift = objectives.budgets(3, 0.5, 0.3, 0.5, "cpu")
    assert wanted[0] == 0.75 and shift[0] == 0  # halfway down to 0.5, as learned
    assert wanted[1].item() == pytest.approx(0.65) and shift[1].item() == pytest.approx(-3)  # the least, always
    assert ((wanted >= 0.65 - 1e-6) & (wanted <= 1)).all() and ((shift >= -3) & (shift <= 6)).all()
    share = torch.tensor([0.2, 0.4, 0.9, 0.7])  # groups 0, 1, 0, 1
    loss, means = objectives.work_loss(share, torch.tensor([0.5, 0.25]))
    heavier, _ = objectives.work_loss(share, torch.tensor([0.5, 0.25]), weight=8.0)
    assert heavier.item() == pytest.approx(4 * loss.item())
    assert means[0].tolist() == pytest.approx([0.55, 0.55]) and loss.item() == pytest.approx(0.05**2 + 0.3**2, rel=1e-3)


def test_jumps_have_a_budget_of_their_own():
    """A group whose velocities do less than asked and whose jumps do more is not on its budget."""
    kinds = objectives.kinds_of(8, 1, 1, "cpu")  # 0 1 0 2 0 1 0 2
    share = torch.where(kinds == 2, 0.8, 0.4)
    loss, means = objectives.work_loss(share, torch.tensor([0.5]), kinds)
    assert means[:, 0].tolist() == pytest.approx([0.4, 0.8]) and loss.item() == pytest.approx(0.1**2 + 0.3**2)
    assert objectives.work_loss(share, torch.tensor([0.5]))[0].item() == pytest.approx(0, abs=1e-6)


def test_every_group_asks_for_every_kind():
    """A group's share of work is taken over what its pictures are asked: none may be all plain."""
    for groups in (1, 2, 4):
        for jumps, turns in ((1, [0, 1, 0, 2]), (2, [0, 1, 2, 2])):
            kinds = objectives.kinds_of(16 * groups, groups, jumps, "cpu")
            for group in range(groups):
                assert kinds[torch.arange(len(kinds)) % groups == group].tolist() == turns * 4
    assert objectives.kinds_of(8, 2, 0, "cpu").sum() == 0


@pytest.mark.parametrize("objective", ["flow", "epsilon"])
def test_both_halves_of_a_dynamic_step_cover_all_timesteps(objective):
    """The routers' half and the open half, each in quarters; the loss is the sum of its parts."""
    asked = []

    class Model:
        config = SimpleNamespace(num_classes=3, num_styles=0, tokens=4, hidden_size=8, mlp_ratio=4.0)

        def __call__(self, z, t, y, s=None, gates=None, r=None, **_):
            asked.append((t, gates))
            if gates:
                gates.head_masks.append(torch.ones(len(t), 2)), gates.group_masks.append(torch.ones(len(t), 2))
                gates.token_masks.append(torch.ones(len(t), 4))
            return torch.zeros(len(z), z.shape[1] * (2 if objective == "epsilon" else 1), *z.shape[2:])

    options = dict(objective=objective, dynamic=True, fast=False, blend=0.0, drop=0.1, groups=2, tau=5.0, distil=False)
    args = SimpleNamespace(**options, jumps=1, work=2.0, target=0.5, lowest=0.3)
    loss, parts = objectives.step_loss(
        Model(), None, args, torch.randn(32, 4, 2, 2), {"y": torch.zeros(32).long(), "s": None}
    )
    (first, gates), (second, none) = asked
    assert gates.mode == "train" and none is None
    for t in (first, second):
        share = t / (1000 if objective == "epsilon" else 1)
        assert [int(v * 4) for v in share] == [i // 4 for i in range(16)]
    assert parts["share"] == 1 and parts["target"] == 0.5
    assert (
        loss.item() > (parts["dynamic"] + parts["complete"]).item() + 0.2
    )  # 2 (1 - 0.5)^2 / 2 groups, and the other's


def test_a_distilled_step_asks_for_what_the_teacher_says_of_the_same():
    """Every kind of question, its end and its guidance included; the data say nothing."""

    class Teacher:
        def __call__(self, z, t, y, s=None, r=None, a=None, dropped=None, dropped_style=None):
            told = y + 10.0 * s + 100.0 * a[:, GUIDANCE] + 1000.0 * dropped + 3.0 * r - 2.0 * t
            return z + told.view(-1, 1, 1, 1)

    x, t, labels = asked(16)
    labels = dict(labels, dropped=torch.arange(16) % 5 == 0, dropped_style=torch.zeros(16, dtype=torch.bool))
    kinds = objectives.kinds_of(16, 1, 2, "cpu")
    z, at, r, told, target = make_targets(Teacher(), x, t, labels, kinds, keep=True)
    assert torch.equal(target, Teacher()(z, at, r=r, **told))
    assert (r[kinds == 2] > at[kinds == 2]).all() and (told["a"][kinds > 0, GUIDANCE] > 0).any()
    assert torch.equal(told["dropped"], labels["dropped"] & (kinds == 0))


def test_perceptual_distance_by_formula():
    judge, x, y = Classifier(3, 2).eval(), torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)
    total = 0.0
    for a, b in list(zip(judge.stages(x), judge.stages(y)))[:3]:
        for i in range(2):
            for u in range(a.shape[2]):
                for v in range(a.shape[3]):
                    p, q = a[i, :, u, v], b[i, :, u, v]
                    gap = p / (p @ p + 1e-6).sqrt() - q / (q @ q + 1e-6).sqrt()
                    total += (gap @ gap).item() / (2 * a.shape[2] * a.shape[3]) / 3
    assert perceptual(judge, x, y).item() == pytest.approx(total, rel=1e-4)
    assert perceptual(judge, x, x) == 0


def test_vae_loss_by_formula():
    """A VAE that always says the same picture, mean and variance."""
    said, mean, logvar = torch.rand(2, 3, 16, 16), torch.randn(2, 4, 2, 2), torch.randn(2, 4, 2, 2)
    vae = SimpleNamespace(moments=lambda x: (mean, logvar), decode=lambda z: said)
    x = torch.rand(2, 3, 16, 16)
    loss, parts = loss_of(vae, x, kl_weight=0.5)
    pixels = F.l1_loss(said, x)
    across, down = (said - x)[..., 1:] - (said - x)[..., :-1], (said - x)[:, :, 1:] - (said - x)[:, :, :-1]
    kl = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, (logvar / 2).exp()), torch.distributions.Normal(0.0, 1.0)
    )
    assert parts["pixels"].item() == pytest.approx(pixels.item())
    assert loss.item() == pytest.approx(
        (pixels + across.abs().mean() + down.abs().mean() + 0.5 * kl.mean()).item(), rel=1e-5
    )


def test_noise_on_latents_is_of_every_strength_up_to_what_is_asked():
    """A VAE whose latents are 0 shows what was added."""
    seen, zero = [], torch.zeros(400, 4, 8, 8)
    vae = SimpleNamespace(moments=lambda x: (zero, zero - 30), decode=lambda z: seen.append(z) or x)
    x = torch.rand(400, 3, 2, 2)
    for noise in (0.0, 0.4):
        loss_of(vae, x, kl_weight=0.0, noise=noise)
    assert seen[0].abs().max() < 1e-4
    strength = seen[1].flatten(1).std(1)
    assert strength.min() < 0.05 and 0.35 < strength.max() < 0.5 and abs(strength.mean() - 0.2) < 0.03


@pytest.mark.parametrize("row, column, times", [(8, 8, 1), (0, 8, 4), (8, 15, 4), (0, 15, 16), (3, 3, 16), (4, 11, 1)])
def test_an_error_at_the_border_counts_for_more(row, column, times):
    """A VAE that is wrong in one pixel; what its edges say is left out."""
    x = torch.zeros(1, 3, 16, 16)
    wrong = x.clone()
    wrong[:, :, row, column] = 0.6
    mean = torch.zeros(1, 4, 2, 2)
    vae = SimpleNamespace(moments=lambda x: (mean, mean - 30), decode=lambda z: wrong)
    plain, heavy = (loss_of(vae, x, kl_weight=0.0, border=border)[0].item() for border in (0.0, 3.0))
    assert heavy - plain == pytest.approx((times - 1) * 0.6 / 16**2, rel=1e-4, abs=1e-8)
