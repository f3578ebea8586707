"""The VAE on pictures: through it, into it, and what it keeps."""

import numpy as np
import torch

from autoencoder import multiply_adds
from common import grid, psnr, to_pixels, to_unit, write_json


@torch.no_grad()
def reconstruct(vae, images, machine, batch=16):
    """uint8 (n,S,S,3) -> the same through the VAE."""
    out = []
    for start in range(0, len(images), batch):
        with machine.autocast():
            mean, _ = vae.moments(machine.put(to_unit(images[start : start + batch])))
            out.append(to_pixels(vae.decode(mean)))
    return np.concatenate(out)


@torch.no_grad()
def encode(vae, images, machine, batch=16):
    """uint8 (n,S,S,3) -> latents (n,C,s,s) float32 on the device: the means."""
    with machine.autocast():
        parts = [
            vae.moments(machine.put(to_unit(images[i : i + batch])))[0].float() for i in range(0, len(images), batch)
        ]
    return torch.cat(parts)


def score(vae, data, machine, out):
    """score.json and a grid, of the held-out pairs."""
    pictures = reconstruct(vae, data.images[data.test], machine)
    db = psnr(data.images[data.test], pictures)
    found = {
        "psnr_mean": float(db.mean()),
        "psnr_median": float(np.median(db)),
        "psnr_worst": float(db.min()),
        "pictures": len(db),
        "decode_multiply_adds": multiply_adds(vae.config, data.images.shape[1]),
    }
    grid(
        np.stack([p for pair in zip(data.images[data.test], pictures) for p in pair])[:96],
        12,
        out / "reconstructions.webp",
    )
    write_json(out / "score.json", found)
    print(found)
