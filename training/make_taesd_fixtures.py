"""Tiny decoder fixtures for the page's tests: `python make_taesd_fixtures.py --out ../src/network/fixtures/vae`.

A small, randomly initialised decoder of diffusers' AutoencoderTiny, run in f32, in the layouts that people have TAESD
in. taesd-diffusers.safetensors: the whole autoencoder under diffusers' names, and `fixture.z` (2,4,5,5),
`fixture.image` (2,3,40,40) of decode(z), about -1..1. taesd-decoder.pth: the same decoder as the original code
saves it, whose list begins with a layer more (the bend, which has no weights) and whose last layer makes 0..1; its
weights are halves, with the picture that these make in taesd-decoder-expected.safetensors.
"""

import argparse
import re
from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file

CONFIG = dict(
    encoder_block_out_channels=(8, 8, 8, 8),
    decoder_block_out_channels=(12, 12, 12, 12),
    num_encoder_blocks=(1, 1, 1, 1),
    num_decoder_blocks=(2, 1, 3, 1),
)


def original_name(name):
    number, rest = re.fullmatch(r"decoder\.layers\.(\d+)\.(.+)", name).groups()
    return f"{int(number) + 1}.{rest}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(3)
    tiny = AutoencoderTiny(**CONFIG).eval().requires_grad_(False)
    for name, parameter in tiny.named_parameters():
        if name.endswith("bias"):
            parameter.normal_(std=0.2)
        else:
            parameter.mul_(1.7)  # so that what is deep in the list still shows
    # Also past 3, where the bend counts.
    z = 2 * torch.randn(2, 4, 5, 5)
    weights = {name: value.clone() for name, value in tiny.state_dict().items()}
    expected = {"fixture.z": z, "fixture.image": tiny.decode(z).sample}
    save_file(weights | expected, args.out / "taesd-diffusers.safetensors", {"format": "pt"})
    halves = {name: value.half() for name, value in weights.items()}
    tiny.load_state_dict({name: value.float() for name, value in halves.items()})
    decoder = {original_name(name): value for name, value in halves.items() if name.startswith("decoder.")}
    torch.save(decoder, args.out / "taesd-decoder.pth")
    save_file({"fixture.image": tiny.decode(z).sample}, args.out / "taesd-decoder-expected.safetensors")
    print(f"deviation {expected['fixture.image'].std():.3f}")
