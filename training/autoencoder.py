"""The VAE's network: diffusers' AutoencoderKL of factor 2^(levels-1), with its parameter names, without attention. A
decoder may be lighter than its encoder. Letters: C latent channels, S pixels a side, s = S/8.

config: diffusers' names for the decoder (the manifest's `vae`), and encoder_channels where the encoder's differ.
"""

import json

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file

EMOJI = dict(
    latent_channels=8,
    block_out_channels=[32, 64, 96, 128],
    layers_per_block=1,
    norm_num_groups=16,
    mid_block_add_attention=False,
    scaling_factor=1.0,
)
ENCODER = ("encoder.", "quant_conv.")


class Resnet(nn.Module):
    def __init__(self, i, o, groups):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, i, eps=1e-6), nn.Conv2d(i, o, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(groups, o, eps=1e-6), nn.Conv2d(o, o, 3, padding=1)
        if i != o:
            self.conv_shortcut = nn.Conv2d(i, o, 1)

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))  # (B,o,S,S)
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (self.conv_shortcut(x) if hasattr(self, "conv_shortcut") else x)


class Resample(nn.Module):
    """Twice as large (nearest, then a convolution), or half (a convolution of stride 2 over one row and column of 0
    more)."""

    def __init__(self, channels, up):
        super().__init__()
        self.up, self.conv = up, (
            nn.Conv2d(channels, channels, 3, padding=1) if up else nn.Conv2d(channels, channels, 3, stride=2)
        )

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest") if self.up else F.pad(x, (0, 1, 0, 1)))


class Level(nn.Module):
    """The resnets of one size, and the change to the next."""

    def __init__(self, i, o, layers, groups, resample, up):
        super().__init__()
        self.resnets = nn.ModuleList([Resnet(i if n == 0 else o, o, groups) for n in range(layers)])
        if resample:
            setattr(self, "upsamplers" if up else "downsamplers", nn.ModuleList([Resample(o, up)]))

    def forward(self, x):
        for resnet in self.resnets:
            x = resnet(x)
        for resample in getattr(self, "upsamplers", getattr(self, "downsamplers", [])):
            x = resample(x)
        return x


class Half(nn.Module):
    """The encoder (channels rising) or the decoder (falling)."""

    def __init__(self, first, channels, last, layers, groups, up):
        super().__init__()
        self.up = up
        self.conv_in = nn.Conv2d(first, channels[0], 3, padding=1)
        inputs = [channels[0], *channels[:-1]]
        count = len(channels)
        levels = nn.ModuleList(
            [Level(i, o, layers, groups, n + 1 < count, up) for n, (i, o) in enumerate(zip(inputs, channels))]
        )
        middle = nn.Module()
        middle.resnets = nn.ModuleList(
            [Resnet(channels[0 if up else -1], channels[0 if up else -1], groups) for _ in range(2)]
        )
        self.mid_block = middle
        setattr(self, "up_blocks" if up else "down_blocks", levels)
        self.conv_norm_out = nn.GroupNorm(groups, channels[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(channels[-1], last, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        order = [*self.mid_block.resnets, *self.up_blocks] if self.up else [*self.down_blocks, *self.mid_block.resnets]
        for module in order:
            x = module(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class Autoencoder(nn.Module):
    def __init__(self, config=EMOJI):
        super().__init__()
        if config["mid_block_add_attention"]:
            raise ValueError("attention in the middle of a VAE is diffusers' affair; this one has none")
        self.config = config
        C, channels, groups, layers = (
            config[k] for k in ("latent_channels", "block_out_channels", "norm_num_groups", "layers_per_block")
        )
        self.encoder = Half(3, config.get("encoder_channels", channels), 2 * C, layers, groups, up=False)
        self.decoder = Half(C, channels[::-1], 3, layers + 1, groups, up=True)
        self.quant_conv, self.post_quant_conv = nn.Conv2d(2 * C, 2 * C, 1), nn.Conv2d(C, C, 1)

    def moments(self, x):
        """x (B,3,S,S) -> mean, logvar (B,C,s,s)."""
        mean, logvar = self.quant_conv(self.encoder(x)).float().chunk(2, 1)
        return mean, logvar.clamp(-20, 10)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))  # (B,3,S,S)


def load(path, config=None):
    """The VAE of a safetensors file, whose metadata may hold its configuration; without an encoder in the file, the
    encoder stays as it was initialised. Of a decoder of other channels than `config` asks for, what fits is taken: its
    first layers, where the light decoder is as wide as the full one."""
    with safe_open(path, "pt") as file:
        written = json.loads((file.metadata() or {}).get("config", "null"))
    vae = Autoencoder(config or written or EMOJI)
    state, own = {k: v.float() for k, v in load_file(path).items()}, vae.state_dict()
    unknown = [k for k in state if k not in own]
    if unknown:
        raise SystemExit(f"{path} is no VAE of this configuration: it has unknown {unknown[:3]}")
    for half in (ENCODER, ("decoder.", "post_quant_conv.")):
        part = {k: v for k, v in state.items() if k.startswith(half)}
        if all(k in part and part[k].shape == v.shape for k, v in own.items() if k.startswith(half)):
            vae.load_state_dict(part, strict=False)
        elif part and not config:
            raise SystemExit(f"{path} is no VAE of this configuration: its {half[0]}* does not fit")
        elif half != ENCODER:
            vae.load_state_dict({k: v for k, v in part.items() if v.shape == own[k].shape}, strict=False)
    return vae


def multiply_adds(config, size=128):
    """Of one decode to size x size, as the page runs it: every convolution's, counted from the modules that run, but
    4/9 of one behind a doubling, which is four 2 x 2 kernels on the small picture."""
    vae, total = Autoencoder(config).to("meta"), 0
    doubled = {module.conv for module in vae.modules() if isinstance(module, Resample) and module.up}

    def count(module, _, out):
        nonlocal total
        whole = module.weight.numel() * out.shape[2] * out.shape[3]
        total += whole * 4 // 9 if module in doubled else whole

    hooks = [m.register_forward_hook(count) for m in vae.modules() if isinstance(m, nn.Conv2d)]
    side = size // 2 ** (len(config["block_out_channels"]) - 1)
    vae.decode(torch.zeros(1, config["latent_channels"], side, side, device="meta"))
    for hook in hooks:
        hook.remove()
    return total


@torch.no_grad()
def fold_normalisation(vae, mean, std):
    """Latents become (z - mean)/std, and post_quant_conv undoes it: z -> z*std + mean. Pictures do not change."""
    post, quant, C = vae.post_quant_conv, vae.quant_conv, len(mean)
    post.bias += (post.weight * mean.view(1, -1, 1, 1)).sum((1, 2, 3))
    post.weight *= std.view(1, -1, 1, 1)
    quant.weight[:C] /= std.view(-1, 1, 1, 1)
    quant.bias[:C] = (quant.bias[:C] - mean) / std
    quant.bias[C:] -= 2 * std.log()  # the posterior's deviation shrinks with the latent
