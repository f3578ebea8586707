"""Makes the stored picture of the end-to-end tests without the program under test: PyTorch runs the network of
training/, diffusers the decoder, on the weights in public/models/emoji.

Run: python3 e2e/make-picture.py   (needs torch, diffusers, safetensors and pillow; training/requirements.txt)

Run it again when the weights change. Class, style, seed and steps are those of e2e/picture.spec.ts.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from PIL import Image
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "public/models/emoji"
sys.path.insert(0, str(ROOT / "training"))
from diffusion import guided, sample_flow  # noqa: E402
from model import Config, DiT, Gates  # noqa: E402

CLASS, STYLE, SEED, STEPS = "pizza", "Twemoji", 7, 4


def philox(key, block):
    """Philox4x32-10 of the counter (block, 0, 0, 0), on Python's own integers."""
    mask = 0xFFFFFFFF
    (k0, k1), (c0, c1, c2, c3) = key, (block, 0, 0, 0)
    for _ in range(10):
        product0, product1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (product1 >> 32) ^ c1 ^ k0, product1 & mask, (product0 >> 32) ^ c3 ^ k1, product0 & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c0, c1, c2, c3


def normals(seed, *shape):
    """The initial latent's noise (stream 0): quantiles of (word + 1/2) / 2^32."""
    count = torch.Size(shape).numel()
    words = [word for block in range((count + 3) // 4) for word in philox((seed, 0), block)][:count]
    return torch.special.ndtri((torch.tensor(words, dtype=torch.float64) + 0.5) / 2**32).float().view(shape)


def load_dit(manifest):
    described = manifest["dit"]
    names = {name: described[name] for name in Config.__dataclass_fields__ if name in described}
    config = Config(**names, dynamic=True)
    dit = DiT(config).eval()
    dit.load_state_dict({k: v.float() for k, v in load_file(MODEL / described["file"]).items()})
    return dit, config


def load_vae(manifest):
    described = dict(manifest["vae"])
    state = load_file(MODEL / described.pop("file"))
    depth = len(described["block_out_channels"])
    vae = AutoencoderKL(down_block_types=["DownEncoderBlock2D"] * depth, up_block_types=["UpDecoderBlock2D"] * depth, **described).eval()
    left = vae.load_state_dict({k: v.float() for k, v in state.items()}, strict=False)
    missing = [key for key in left.missing_keys if key.startswith(("decoder.", "post_quant_conv."))]
    assert not missing and not left.unexpected_keys, (missing, left.unexpected_keys)
    return vae


@torch.no_grad()
def make_picture(manifest):
    """(H,W,3) bytes: both toggles on, the routers obeyed."""
    dit, config = load_dit(manifest)
    y = torch.tensor([[c["name"] for c in manifest["classes"]].index(CLASS)])
    s = torch.tensor([manifest["styles"].index(STYLE)])
    predict = guided(dit, config, manifest["sampling"]["cfg_scale"])
    noise = normals(SEED, 1, config.in_channels, config.input_size, config.input_size)
    latent = sample_flow(lambda z, t: predict(z, t, y, s, Gates("eval")), noise, STEPS)
    image = load_vae(manifest).decode(latent / manifest["vae"]["scaling_factor"]).sample  # (1,3,H,W) in -1..1
    return (127.5 * image + 128).clamp(0, 255).to(torch.uint8)[0].permute(1, 2, 0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    picture = make_picture(json.loads((MODEL / "manifest.json").read_text()))
    path = Path(__file__).parent / "pictures" / f"{CLASS}-{STYLE.lower()}-{SEED}.png"
    Image.fromarray(picture.numpy()).save(path, optimize=True)
    print(f"{path}: {tuple(picture.shape)}, mean {picture.float().mean():.1f}, deviation {picture.float().std():.1f}")
