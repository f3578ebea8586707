"""The flow objective (SiT; the emoji model) and its samplers, as plain functions of a model: z_t = t x + (1-t) noise,
t from 0 (noise) to 1 (data), the network predicts v = x - noise; told the end r of a step too, it predicts the mean
of v over the step (fast.py).
"""

import torch


def stratified_timesteps(batch, device=None):
    """(batch,) in [0,1): the first quarter of the batch from [0,1/4), and so on, so that the mean share of work is
    taken over all timesteps in every step."""
    quarter = torch.arange(batch, device=device) * 4 // batch
    return (quarter + torch.rand(batch, device=device)) / 4


def logit_normal_timesteps(batch, device=None, uniform=0.3):
    """(batch,): most of them in the middle, where the picture takes shape; a share uniform, so no end starves."""
    t = torch.sigmoid(torch.randn(batch, device=device))
    return torch.where(torch.rand(batch, device=device) < uniform, torch.rand(batch, device=device), t)


def drop_labels(batch, share, styles, device=None):
    """(batch,) bools: which class labels, which style labels to swap for the null label. Guidance's unconditional
    half has neither, so both go together with probability share; with styles, each goes alone with share/2 besides."""
    draw = torch.rand(batch, device=device)
    both = draw < share
    if not styles:
        return both, both
    return both | (draw >= 1 - share / 2), both | ((draw >= 1 - share) & (draw < 1 - share / 2))


def at(t, like):
    return t.view(-1, *[1] * (like.dim() - 1))  # (B,1,1,1)


def noised(x, noise, t):
    """x, noise (B,C,S,S), t (B,) -> z_t."""
    return at(t, x) * x + (1 - at(t, x)) * noise


def squared_error(found, wanted):
    return ((found.float() - wanted) ** 2).flatten(1).mean(1)  # (B,)


def flow_loss(model, x, t, labels):
    """x (B,C,S,S), t (B,) in [0,1] -> (B,) squared error of v."""
    noise = torch.randn_like(x)
    return squared_error(model(noised(x, noise, t), t, **labels), x - noise)


def guided(model, config, scale, cfg_channels=None):
    """f(x,t,y,s,...) -> prediction with classifier-free guidance: one batch of (conditional, unconditional) halves.
    cfg_channels None guides all channels; a number guides the first so many and keeps the conditional rest.
    more: further inputs of the network, the same for both halves."""

    def predict(x, t, y, s=None, gates=None, **more):
        double = lambda v: v if v is None else torch.cat([v, v])
        null = lambda v, row: v if v is None else torch.cat([v, torch.full_like(v, row)])
        more = {k: double(v) for k, v in more.items()}
        y, s = null(y, config.num_classes), null(s, config.num_styles)
        conditional, unconditional = model(double(x), double(t), y, s, gates=gates, **more).float().chunk(2)
        n = cfg_channels or conditional.shape[1]
        mixed = unconditional[:, :n] + scale * (conditional[:, :n] - unconditional[:, :n])
        return torch.cat([mixed, conditional[:, n:]], 1)

    return predict


@torch.no_grad()
def sample_flow(predict, noise, steps, on_step=None):
    """noise (B,C,S,S) -> x (B,C,S,S) by Euler. predict(z, t) -> v; on_step(i, t, z) after each step."""
    z = noise
    for i in range(steps):
        t = torch.full((len(z),), i / steps, device=z.device)
        z = z + predict(z, t) / steps
        if on_step:
            on_step(i, i / steps, z)
    return z


@torch.no_grad()
def sample_jumps(predict, noise, steps):
    """noise (B,C,S,S) -> x (B,C,S,S) in few steps. predict(z, t, r) -> the mean velocity from t to r."""
    z = noise
    for i in range(steps):
        t, r = (torch.full((len(z),), n / steps, device=z.device) for n in (i, i + 1))
        z = z + predict(z, t, r) / steps
    return z
