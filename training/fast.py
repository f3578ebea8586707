"""Few steps, and guidance without a second evaluation, learned from the model's own average (the teacher).

u(z, t, r) is the mean velocity from t to r, u(z, t, t) the velocity. All but the last jump_blocks blocks are told
t, the last ones and the final layer r: a flow model turned into a flow map without a new parameter (Decoupled MeanFlow,
arXiv 2510.24474). The targets are self-consistency, as in shortcut models (arXiv 2410.12557): one jump is two half
jumps,

    u(z, t, t+d) = (u(z, t, t+d/2) + u(z', t+d/2, t+d)) / 2,    z' = z + d/2 u(z, t, t+d/2),

and the shortest jump's halves are velocities (r = t). Guidance w comes in as a linear input, w - 1:

    u(z, t, t; w) = u(z, t, t | null) + w (u(z, t, t | labels) - u(z, t, t | null)).
"""

import torch

from augment import CONDITIONS
from diffusion import at, guided, noised, squared_error

GUIDANCE = CONDITIONS.index("guidance")
JUMPS = (1 / 16, 1 / 8, 1 / 4, 1 / 4, 1 / 2, 1.0)  # d, as often as it stands here: a quarter is what the page takes


def with_guidance(a, w):
    """a (B,K), w (B,) -> a whose guidance input says w."""
    a = a.clone()
    a[:, GUIDANCE] = w - 1
    return a


def guided_target(teacher, z, t, labels, w):
    """(B,C,S,S): the velocity that classifier-free guidance of scale w (B,) gives, in two evaluations."""
    return guided(teacher, teacher.config, at(w, z))(z, t, **labels)


def jump_target(teacher, z, t, d, labels, w, shortest=min(JUMPS)):
    """(B,C,S,S): the mean velocity over t..t+d, by two half jumps of the teacher at guidance w. d (B,)."""
    told, short = dict(labels, a=with_guidance(labels["a"], w)), d <= shortest
    half, end = t + d / 2, t + d
    first = teacher(z, t, r=torch.where(short, t, half), **told).float()
    second = teacher(z + at(d / 2, z) * first, half, r=torch.where(short, half, end), **told).float()
    return (first + second) / 2


def draw_fast(count, device, strongest=4.0):
    """w (count,) in 1..strongest, d (count,) of JUMPS."""
    w = 1 + (strongest - 1) * torch.rand(count, device=device)
    return w, torch.tensor(JUMPS, device=device)[torch.randint(len(JUMPS), (count,), device=device)]


@torch.no_grad()
def make_targets(teacher, x, t, labels, kinds, keep=False):
    """What a batch is asked and what it should say. kinds (B,): 0 the velocity of the data, 1 guidance, 2 a jump. keep:
    it should say what the teacher says when asked the same.

    Returns z (B,C,S,S), t (B,), r (B,), labels (whose `a` says the guidance, and nothing is dropped where a teacher
    speaks), target (B,C,S,S). t of a jump of length d is snapped to a multiple of d, as a sampler of equal steps
    meets it."""
    noise = torch.randn_like(x)
    w, d = draw_fast(len(x), x.device)
    jump, taught = kinds == 2, kinds > 0
    t = torch.where(jump, (t / d).floor() * d, t)
    z, target = noised(x, noise, t), x - noise
    told = dict(labels)
    if labels.get("a") is not None:  # a model without conditions is asked for velocities alone
        told["a"] = torch.where(taught[:, None], with_guidance(labels["a"], w), labels["a"])
    told |= {k: labels[k] & ~taught for k in ("dropped", "dropped_style") if k in labels}
    r = torch.where(jump, t + d, t)
    if keep:
        return z, t, r, told, teacher(z, t, r=r, **told).float()
    whole = {k: v for k, v in labels.items() if k not in ("dropped", "dropped_style")}
    part = lambda rows: {k: v if v is None else v[rows] for k, v in whole.items()}
    for rows, make in (
        (kinds == 1, lambda i: guided_target(teacher, z[i], t[i], part(i), w[i])),
        (jump, lambda i: jump_target(teacher, z[i], t[i], d[i], part(i), w[i])),
    ):
        index = rows.nonzero()[:, 0]
        if len(index):
            target[index] = make(index)
    return z, t, r, told, target


def targets_loss(model, z, t, r, labels, target):
    """(B,) squared errors of what make_targets() returned."""
    return squared_error(model(z, t, r=r, **labels), target)
