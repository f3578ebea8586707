"""The official DiT's objective and samplers: 1000 linear betas 1e-4..0.02, epsilon, and a learned variance between
beta_t and the posterior's. What the conformance cases are compared with, and what a DiT of one's own is fine-tuned by.
"""

import math

import numpy as np
import torch

STEPS = 1000


class Diffusion:
    """Betas and everything that follows from them, in float64, for all 1000 steps or a subset of them."""

    def __init__(self, use=None):
        betas = np.linspace(1e-4, 0.02, STEPS, dtype=np.float64)
        cumulative = np.cumprod(1 - betas)
        self.use = np.arange(STEPS) if use is None else np.asarray(sorted(use))  # original t of each step
        kept = cumulative[self.use]
        previous = np.append(1.0, kept[:-1])
        self.betas, self.kept, self.previous = 1 - kept / previous, kept, previous
        self.posterior = self.betas * (1 - previous) / (1 - kept)
        self.log_posterior = np.log(
            np.append(self.posterior[1] if len(kept) > 1 else self.betas[0], self.posterior[1:])
        )
        self.log_betas = np.log(self.betas)
        self.mean_x0 = self.betas * np.sqrt(previous) / (1 - kept)
        self.mean_xt = (1 - previous) * np.sqrt(1 - self.betas) / (1 - kept)

    def at(self, table, i, like):
        return torch.as_tensor(table[i.cpu().numpy()], dtype=torch.float32, device=like.device).view(-1, 1, 1, 1)

    def predict_x0(self, x, epsilon, i):
        return (x - self.at(np.sqrt(1 - self.kept), i, x) * epsilon) / self.at(np.sqrt(self.kept), i, x)

    def log_variance(self, v, i):
        f = (v + 1) / 2
        return f * self.at(self.log_betas, i, v) + (1 - f) * self.at(self.log_posterior, i, v)

    def posterior_mean(self, x0, x, i):
        return self.at(self.mean_x0, i, x) * x0 + self.at(self.mean_xt, i, x) * x


def spaced(count):
    """ "250" of the official code: 0, 4, 8, ..., 999, in equal fractional strides from 0 to the last."""
    stride = (STEPS - 1) / (count - 1) if count > 1 else 1.0
    return sorted({round(stride * i) for i in range(count)})


def epsilon_loss(model, x0, t, labels, diffusion=Diffusion()):
    """x0 (B,C,S,S), t (B,) whole -> (B,): squared error of epsilon, plus the variational bound in bits for the learned
    variance, with the mean held fixed (Nichol and Dhariwal 2021, L_hybrid; the official DiT's loss)."""
    noise = torch.randn_like(x0)
    x = diffusion.at(np.sqrt(diffusion.kept), t, x0) * x0 + diffusion.at(np.sqrt(1 - diffusion.kept), t, x0) * noise
    out = model(x, t, **labels).float()
    if out.shape[1] == x0.shape[1]:
        return ((out - noise) ** 2).flatten(1).mean(1)
    epsilon, v = out.chunk(2, 1)
    log_variance = diffusion.log_variance(v, t)
    mean = diffusion.posterior_mean(diffusion.predict_x0(x, epsilon.detach(), t), x, t)
    true_mean, true_log = diffusion.posterior_mean(x0, x, t), diffusion.at(diffusion.log_posterior, t, x0)
    kl = 0.5 * (
        log_variance
        - true_log
        + torch.exp(true_log - log_variance)
        - 1
        + (true_mean - mean) ** 2 * torch.exp(-log_variance)
    )
    bound = torch.where(t.view(-1, 1, 1, 1) == 0, discretised_nll(x0, mean, 0.5 * log_variance), kl) / math.log(2)
    return ((epsilon - noise) ** 2).flatten(1).mean(1) + bound.flatten(1).mean(1)


def discretised_nll(x, mean, log_scale):
    """-log of the Gaussian's mass in the 1/255 cell around x, as the official code has it (x in -1..1)."""
    cdf = lambda u: 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u**3)))
    inverse = torch.exp(-log_scale)
    above, below = cdf(inverse * (x - mean + 1 / 255)), cdf(inverse * (x - mean - 1 / 255))
    mass = torch.where(x < -0.999, above, torch.where(x > 0.999, 1 - below, above - below))
    return -torch.log(mass.clamp(min=1e-12))


@torch.no_grad()
def sample_ddpm(predict, x, use, noise):
    """Ancestral sampling over the original timesteps `use`; noise (steps, *x.shape) in the order it is used."""
    diffusion = Diffusion(use)
    for n, step in enumerate(reversed(range(len(diffusion.use)))):
        i = torch.full((len(x),), step)
        epsilon, v = predict(x, torch.full((len(x),), int(diffusion.use[step]))).chunk(2, 1)
        mean = diffusion.posterior_mean(diffusion.predict_x0(x, epsilon, i), x, i)
        x = mean + (step > 0) * torch.exp(0.5 * diffusion.log_variance(v, i)) * noise[n]
    return x


@torch.no_grad()
def sample_ddim(predict, x, use):
    """Deterministic (eta 0)."""
    diffusion = Diffusion(use)
    for step in reversed(range(len(diffusion.use))):
        i = torch.full((len(x),), step)
        epsilon = predict(x, torch.full((len(x),), int(diffusion.use[step]))).chunk(2, 1)[0]
        x0 = diffusion.predict_x0(x, epsilon, i)
        previous = diffusion.previous[step]
        x = math.sqrt(previous) * x0 + math.sqrt(1 - previous) * epsilon
    return x
