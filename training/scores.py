"""What a set of drawings is worth, as plain functions of pictures: distances, copies, seeds, mixtures."""

import numpy as np
import torch
import torch.nn.functional as F

from augment import draw_moves, move
from common import to_pixels, to_unit


def frechet(a, b):
    """|mu_a - mu_b|^2 + tr(A + B - 2 (A B)^1/2) of features (n,d), in float64."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    A, B = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(A)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ B @ root).clip(0)).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(A) + np.trace(B) - 2 * cross)


def small(images, side=16):
    """uint8 (n,S,S,3) -> (n, side*side*3) float: box-filtered pixels for nearest neighbours."""
    n, S = len(images), images.shape[1]
    return images.reshape(n, side, S // side, side, S // side, 3).mean((2, 4), dtype=np.float32).reshape(n, -1)


def moved_bank(images, versions=8, seed=0, batch=64):
    """uint8 (n,S,S,3) -> (n, versions, d): small() of each picture, plain and moved as a seed would."""
    torch.manual_seed(seed)
    found = [small(images)]
    for _ in range(versions - 1):
        # Moved at 64 x 64: four times as fast as at 128, and looked at at 16.
        shrink = lambda x: F.avg_pool2d(x, max(1, x.shape[-1] // 64))
        parts = (shrink(to_unit(images[i : i + batch])) for i in range(0, len(images), batch))
        found.append(np.concatenate([small(to_pixels(move(x, draw_moves(len(x))))) for x in parts]))
    return np.stack(found, 1)


def nearest(a, bank):
    """a (n,d), bank (m,versions,d) -> (distance (n,), index into m (n,)): root-mean-square over d."""
    flat = bank.reshape(-1, bank.shape[-1])
    squared = (a**2).sum(1)[:, None] - 2 * a @ flat.T + (flat**2).sum(1)[None]
    return np.sqrt(squared.clip(0).min(1) / a.shape[1]), squared.argmin(1) // bank.shape[1]


def copies(pictures, cls, style, bank, bank_cls, bank_style, limit):
    """(n,) bool: the nearest training picture, in any version, is of the very pair and nearer than limit."""
    distance, which = nearest(small(pictures), bank)
    return (bank_cls[which] == cls) & (bank_style[which] == style) & (distance < limit)


def quantiles(distance):
    return [round(float(q), 2) for q in np.quantile(distance, (0.05, 0.25, 0.5, 0.75, 0.95))]


def spread(features):
    """features (pairs, seeds, d) -> the mean distance between two of a row."""
    n = features.shape[1]
    gaps = [np.linalg.norm(features[:, i] - features[:, j], axis=1) for i in range(n) for j in range(i)]
    return float(np.mean(gaps))


def in_top(logits, cls, k=5):
    """logits (n,K), cls (n,M) -> (n,) bool: all M classes are among the k most likely."""
    top = torch.as_tensor(logits).topk(min(k, logits.shape[1]), 1).indices  # (n,k)
    return (top[:, None] == torch.as_tensor(cls)[..., None]).any(2).all(1).numpy()


def cross_faded(a, b):
    """uint8 (n,S,S,3) twice -> their mean."""
    return ((a.astype(np.uint16) + b) // 2).astype(np.uint8)


def stacked(a, b):
    """uint8 (n,S,S,3) twice -> the upper half of a over the lower half of b."""
    half = a.shape[1] // 2
    return np.concatenate([a[:, :half], b[:, half:]], 1)
