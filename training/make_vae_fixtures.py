"""VAE decoder fixtures for the page's tests: `python make_vae_fixtures.py --out ../src/network/fixtures/vae`.

Two small, randomly initialised decoders, run by diffusers' AutoencoderKL in f32. Each file holds the decoder's
and post_quant_conv's weights under diffusers' names, `fixture.z` (B,C,h,w) and `fixture.image` (B,3,8h,8w), which
is decoder(post_quant_conv(z)): no scaling factor, no clamp. The metadata key `config` is the configuration as
JSON. Biases and GroupNorm affines are drawn, not 0 and 1, so that a kernel that forgets one shows.
"""

import argparse, json
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file

CASES = {  # name: (configuration, latent side, stored type, seed)
    "sd-mini": (
        dict(
            latent_channels=4,
            block_out_channels=[8, 16, 24, 24],
            layers_per_block=2,
            norm_num_groups=8,
            mid_block_add_attention=True,
            scaling_factor=0.18215,
        ),
        8,
        torch.float32,
        1,
    ),
    "emoji-mini": (
        dict(
            latent_channels=8,
            block_out_channels=[16, 24, 32, 40],
            layers_per_block=1,
            norm_num_groups=8,
            mid_block_add_attention=False,
            scaling_factor=1.0,
        ),
        4,
        torch.float16,
        2,
    ),
}


def make(config, side, stored, seed):
    torch.manual_seed(seed)
    depth = len(config["block_out_channels"])
    vae = AutoencoderKL(
        down_block_types=["DownEncoderBlock2D"] * depth, up_block_types=["UpDecoderBlock2D"] * depth, **config
    ).eval()
    with torch.no_grad():
        for name, parameter in vae.named_parameters():
            if "norm" in name and name.endswith("weight"):
                parameter.uniform_(0.5, 1.5)
            elif name.endswith("bias"):
                parameter.normal_(std=0.2)
        tensors = {
            k: v.to(stored) for k, v in vae.state_dict().items() if k.startswith(("decoder.", "post_quant_conv."))
        }
        vae.load_state_dict(
            {k: v.float() for k, v in tensors.items()}, strict=False
        )  # the stored values are what is run
        z = torch.randn(2, config["latent_channels"], side, side)
        image = vae.decoder(vae.post_quant_conv(z))
    return {**tensors, "fixture.z": z, "fixture.image": image}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, (config, side, stored, seed) in CASES.items():
        tensors = make(config, side, stored, seed)
        path = args.out / f"{name}.safetensors"
        save_file({k: v.contiguous() for k, v in tensors.items()}, path, {"format": "pt", "config": json.dumps(config)})
        image = tensors["fixture.image"]
        size, spread = f"{path.stat().st_size / 1000:.0f} kB", f"{image.std():.3f}"
        print(f"{path}: {size}, image {tuple(image.shape)}, deviation {spread}")
