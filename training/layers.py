"""The parts of the network (model.py): embedders, attention, MLP, the block, the final layer."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def sincos_table(dim, side):
    """(1, side*side, dim): MAE's table; the first half of the channels is the column, the second the row."""
    omega = 1.0 / 10000 ** (torch.arange(dim // 4, dtype=torch.float64) / (dim / 4.0))  # (dim/4,)
    row, column = torch.meshgrid(
        torch.arange(side, dtype=torch.float64), torch.arange(side, dtype=torch.float64), indexing="ij"
    )
    halves = [
        torch.cat([torch.sin(a), torch.cos(a)], 1) for a in (torch.outer(p.flatten(), omega) for p in (column, row))
    ]
    return torch.cat(halves, 1).float()[None]  # (1, N, dim)


def timestep_embedding(t, dim=256):
    """t (B,) -> (B, dim), [cos, sin] in float32 whatever autocast says: t reaches 1000 and bf16 holds 8 bits."""
    half = dim // 2
    frequencies = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32, device=t.device) / half)
    angle = t[:, None].float() * frequencies[None]
    return torch.cat([torch.cos(angle), torch.sin(angle)], 1)


def modulate(x, shift, scale):
    return x * (1 + scale[:, None]) + shift[:, None]  # (B,N,D)


def gelu_tanh(x):
    """0.5 x (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3). Compiled, the second form is 2x
    faster."""
    if torch.compiler.is_compiling():
        return x * torch.sigmoid(x * (1.5957691216057308 + 0.07135481282553 * x * x))
    return F.gelu(x, approximate="tanh")


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c.num_heads
        self.qkv = nn.Linear(c.hidden_size, 3 * c.hidden_size)
        self.proj = nn.Linear(c.hidden_size, c.hidden_size)

    def forward(self, x, head_mask=None):
        B, N, D = x.shape
        q, k, v = self.qkv(x).view(B, N, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)  # 3 x (B,H,N,E)
        # Written out: on a CPU the backward of scaled_dot_product_attention took half of a whole training step.
        if x.device.type == "cpu":
            y = ((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)).softmax(-1).to(v.dtype) @ v  # (B,H,N,E)
        else:
            y = F.scaled_dot_product_attention(q, k, v)
        y = y.transpose(1, 2)  # (B,N,H,E)
        if head_mask is not None:
            y = y * head_mask[:, None, :, None].to(y.dtype)
        return self.proj(y.reshape(B, N, D))  # (B,N,D)


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c.num_heads
        self.fc1 = nn.Linear(c.hidden_size, int(c.hidden_size * c.mlp_ratio))
        self.fc2 = nn.Linear(int(c.hidden_size * c.mlp_ratio), c.hidden_size)

    def forward(self, x, group_mask=None):
        h = gelu_tanh(self.fc1(x))  # (B,N,F)
        if group_mask is not None:
            B, N, channels = h.shape
            h = (h.view(B, N, self.heads, -1) * group_mask[:, None, :, None].to(h.dtype)).view(B, N, channels)
        return self.fc2(h)  # (B,N,D)


class Rate(nn.Module):
    """Logits of units 1..H-1 from the raw timestep embedding; unit 0 is always on."""

    def __init__(self, c):
        super().__init__()
        self.router = nn.Linear(c.hidden_size, c.num_heads - 1)

    def forward(self, temb):
        return self.router(temb)  # (B,H-1)


class TokenSelection(nn.Module):
    """One logit a token, from x after the attention residual."""

    def __init__(self, c):
        super().__init__()
        self.mlp_head = nn.Sequential(
            nn.Linear(c.hidden_size, c.hidden_size // 16), nn.ReLU(), nn.Linear(c.hidden_size // 16, 1)
        )

    def forward(self, x):
        return self.mlp_head(x)[..., 0]  # (B,N)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm1 = nn.LayerNorm(c.hidden_size, elementwise_affine=False, eps=1e-6)
        self.attn = Attention(c)
        self.norm2 = nn.LayerNorm(c.hidden_size, elementwise_affine=False, eps=1e-6)
        self.mlp = Mlp(c)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(c.hidden_size, 6 * c.hidden_size))
        if c.dynamic:
            self.attn_rate, self.mlp_rate, self.token_selection = Rate(c), Rate(c), TokenSelection(c)

    def attend(self, x, shift, scale, gate, heads):
        return x + gate[:, None] * self.attn(modulate(self.norm1(x), shift, scale), heads)  # (B,N,D)

    def feed(self, x, shift, scale, gate, groups, keep):
        update = gate[:, None] * self.mlp(modulate(self.norm2(x), shift, scale), groups)  # (B,N,D)
        return x + (update if keep is None else keep[..., None].to(update.dtype) * update)

    def forward(self, x, c, temb, gates):
        shift1, scale1, gate1, shift2, scale2, gate2 = self.adaLN_modulation(c).chunk(6, 1)  # 6 x (B,D)
        heads, groups = gates.width(self, temb)  # (B,H), or None where all are open
        x = self.attend(x, shift1, scale1, gate1, heads)  # (B,N,D)
        keep = gates.tokens(self, x)  # (B,N), or None
        return self.feed(x, shift2, scale2, gate2, groups, keep)  # (B,N,D)


class FinalLayer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm_final = nn.LayerNorm(c.hidden_size, elementwise_affine=False, eps=1e-6)
        self.linear = nn.Linear(c.hidden_size, c.patch_size**2 * c.out_channels)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(c.hidden_size, 2 * c.hidden_size))

    def forward(self, x, c):
        shift, scale = self.adaLN_modulation(c).chunk(2, 1)
        return self.linear(modulate(self.norm_final(x), shift, scale))  # (B,N,P*P*Cout)


class PatchEmbed(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.proj = nn.Conv2d(c.in_channels, c.hidden_size, c.patch_size, c.patch_size)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)  # (B,N,D)


class TimestepEmbedder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(256, c.hidden_size), nn.SiLU(), nn.Linear(c.hidden_size, c.hidden_size))

    def forward(self, t):
        return self.mlp(timestep_embedding(t))  # (B,D)


class LabelEmbedder(nn.Module):
    """A table whose last row is the null label; training swaps labels for it where they are dropped. y is (B,), or
    (B,M) with weights (B,M): a mix, the weighted sum of rows."""

    def __init__(self, count, dim):
        super().__init__()
        self.null = count
        self.embedding_table = nn.Embedding(count + 1, dim)

    def forward(self, y, dropped=None, weights=None):
        if dropped is not None:
            y = torch.where(dropped.view(-1, *[1] * (y.dim() - 1)), self.null, y)
        rows = self.embedding_table(y)  # (B,D) or (B,M,D)
        return rows if y.dim() == 1 else (rows * weights[..., None]).sum(1)  # (B,D)
