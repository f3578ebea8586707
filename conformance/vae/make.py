"""Stable Diffusion's VAE at its full size with seeded weights, in the layouts that people have it in, and the pictures
that diffusers' AutoencoderKL makes with it: `python make.py FOLDER` (1 GB).

diffusers-f32.safetensors, diffusers-f16.safetensors   under diffusers' names
ldm-f32.ckpt, ldm-f16.ckpt                             under those of latent diffusion, as whole checkpoints have them
expected.safetensors                                   z (1,4,32,32); image.f32 and image.f16 (3,256,256) of
                                                       decode(z / 0.18215), in float32 with the weights as stored
"""

import re
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint
from safetensors.torch import save_file

LEVELS, SCALE = [128, 256, 512, 512], 0.18215
CONFIG = dict(
    latent_channels=4,
    block_out_channels=LEVELS,
    down_block_types=["DownEncoderBlock2D"] * len(LEVELS),
    up_block_types=["UpDecoderBlock2D"] * len(LEVELS),
    layers_per_block=2,
    norm_num_groups=32,
    scaling_factor=SCALE,
)
ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def to_ldm(name):
    """The name that latent diffusion has for one of diffusers' (mid blocks from 1, up levels from the largest)."""
    name = re.sub(r"mid_block\.attentions\.0\.(\w+(?:\.0)?)\.", lambda m: f"mid.attn_1.{ATTENTION[m[1]]}.", name)
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    name = re.sub(r"up_blocks\.(\d)", lambda m: f"up.{len(LEVELS) - 1 - int(m[1])}", name)
    name = re.sub(r"down_blocks\.(\d)", r"down.\1", name)
    name = name.replace("upsamplers.0", "upsample").replace("downsamplers.0", "downsample").replace("resnets", "block")
    return name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")


def ldm_checkpoint(state):
    """A Lightning checkpoint of a whole model; held against what diffusers itself makes of it."""
    attention = re.compile(r"mid\.attn_1\.(q|k|v|proj_out)\.weight$")
    ldm = {}
    for name, value in state.items():
        key = f"first_stage_model.{to_ldm(name)}"
        ldm[key] = value[:, :, None, None] if attention.search(key) else value
    back = convert_ldm_vae_checkpoint(ldm, AutoencoderKL(**CONFIG).config)
    assert back.keys() == state.keys() and all(torch.equal(back[key], state[key]) for key in state)
    return {"state_dict": ldm, "global_step": 1}


folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(11)
vae = AutoencoderKL(**CONFIG).eval().requires_grad_(False)
for name, parameter in vae.named_parameters():
    if "norm" in name and name.endswith("weight"):
        parameter.uniform_(0.5, 1.5)
    elif name.endswith("bias"):
        parameter.normal_(std=0.2)
weights = {name: value.contiguous() for name, value in vae.state_dict().items()}
z = torch.randn(1, 4, 32, 32)
expected = {"z": z}
for kind, dtype in (("f32", torch.float32), ("f16", torch.float16)):
    state = {name: value.to(dtype) for name, value in weights.items()}
    save_file(state, folder / f"diffusers-{kind}.safetensors", {"format": "pt"})
    torch.save(ldm_checkpoint(state), folder / f"ldm-{kind}.ckpt")
    vae.load_state_dict({name: value.float() for name, value in state.items()})
    expected[f"image.{kind}"] = vae.decode(z / SCALE).sample[0].contiguous()
    print(f"{kind}: largest value of the picture {expected[f'image.{kind}'].abs().max():.3f}")
save_file(expected, folder / "expected.safetensors")
