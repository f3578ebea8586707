"""The engine's random numbers (src/sampler/philox.ts, normal.ts, words.ts) on Python's own integers."""

import torch


def philox(key, block):
    """Philox4x32-10 of the counter (block, 0, 0, 0)."""
    mask = 0xFFFFFFFF
    (k0, k1), (c0, c1, c2, c3) = key, (block, 0, 0, 0)
    for _ in range(10):
        product0, product1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (product1 >> 32) ^ c1 ^ k0, product1 & mask, (product0 >> 32) ^ c3 ^ k1, product0 & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c0, c1, c2, c3


def uniforms(seed, stream, count):
    """(count,) float64: (word + 1/2) / 2^32."""
    words = [word for block in range((count + 3) // 4) for word in philox((seed, stream), block)][:count]
    return (torch.tensor(words, dtype=torch.float64) + 0.5) / 2**32


def normals(seed, *shape):
    """The initial latent's noise (stream 0)."""
    return torch.special.ndtri(uniforms(seed, 0, torch.Size(shape).numel())).float().view(shape)
