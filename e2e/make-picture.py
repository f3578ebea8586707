"""Makes the stored picture of the end-to-end tests without the program under test: PyTorch runs the network of
training/, diffusers the decoder, on the weights in public/models/emoji.

Run: python3 e2e/make-picture.py   (needs torch, diffusers, safetensors and pillow; training/requirements.txt)

Run it again when the weights change. Class, style, seed, steps and guidance are those of e2e/picture.spec.ts.
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
sys.path[:0] = [str(ROOT / "training"), str(ROOT / "conformance")]
from checkpoints import load_into  # noqa: E402
from diffusion import guided, sample_flow  # noqa: E402
from gates import Gates  # noqa: E402
from model import Config, DiT  # noqa: E402
from philox import normals  # noqa: E402
from quantise import dequantise  # noqa: E402

CLASS, STYLE, SEED, STEPS, GUIDANCE = "pizza", "Twemoji", 7, 4, 2.5


def load_dit(manifest):
    described = manifest["dit"]
    names = {name: described[name] for name in Config.__dataclass_fields__ if name in described}
    config = Config(**names, dynamic=True)
    dit = DiT(config).eval()
    load_into(dit, dequantise(load_file(MODEL / described["file"])))
    return dit, config


def load_vae(manifest):
    described = dict(manifest["vae"])
    state = load_file(MODEL / described.pop("file"))
    described.pop("sha256", None)
    depth = len(described["block_out_channels"])
    blocks = {"down_block_types": ["DownEncoderBlock2D"] * depth, "up_block_types": ["UpDecoderBlock2D"] * depth}
    vae = AutoencoderKL(**blocks, **described).eval()
    left = vae.load_state_dict({k: v.float() for k, v in state.items()}, strict=False)
    missing = [key for key in left.missing_keys if key.startswith(("decoder.", "post_quant_conv."))]
    assert not missing and not left.unexpected_keys, (missing, left.unexpected_keys)
    return vae


@torch.no_grad()
def make_picture(manifest):
    """(H,W,3) bytes, plain: both toggles on, the routers obeyed, guidance as an input where the network has it."""
    dit, config = load_dit(manifest)
    y = torch.tensor([[c["name"] for c in manifest["classes"]].index(CLASS)])
    s = torch.tensor([manifest["styles"].index(STYLE)])
    names = manifest["dit"].get("condition_names", [])
    a = torch.tensor([[float(GUIDANCE - 1 if name == "guidance" else 0) for name in names]])
    told = {"a": a} if names else {}
    predict = dit if "guidance" in names else guided(dit, config, GUIDANCE)
    noise = normals(SEED, 1, config.in_channels, config.input_size, config.input_size)
    latent = sample_flow(lambda z, t: predict(z, t, y, s, gates=Gates("eval"), **told), noise, STEPS)
    image = load_vae(manifest).decode(latent / manifest["vae"]["scaling_factor"]).sample  # (1,3,H,W) in -1..1
    return (127.5 * image + 128).clamp(0, 255).to(torch.uint8)[0].permute(1, 2, 0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    picture = make_picture(json.loads((MODEL / "manifest.json").read_text()))
    path = Path(__file__).parent / "pictures" / f"{CLASS}-{STYLE.lower()}-{SEED}.png"
    Image.fromarray(picture.numpy()).save(path, optimize=True)
    print(f"{path}: {tuple(picture.shape)}, mean {picture.float().mean():.1f}, deviation {picture.float().std():.1f}")
