"""The network: the official DiT block, with DyDiT's routers where the configuration asks for them.

B pictures, N tokens, D hidden size, H heads, E = D/H, L layers, F = mlp_ratio*D, G = F/H channels of an MLP
group, P patch size, C latent channels. Parameter names are the official checkpoints' names.

Training multiplies masks into the dense model: a mask is what the page slices and gathers by, and gradients
have to reach the gates through it.
"""
import math
from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    input_size: int = 16
    patch_size: int = 2
    in_channels: int = 8
    hidden_size: int = 256
    depth: int = 8
    num_heads: int = 8
    mlp_ratio: float = 4.0
    num_classes: int = 347
    num_styles: int = 0  # 0: no style table, as in the official models
    learn_sigma: bool = False
    timestep_scale: float = 1000.0  # t enters the network times this; official models get whole t, scale 1
    dynamic: bool = False

    @property
    def tokens(self):
        return (self.input_size // self.patch_size) ** 2

    @property
    def out_channels(self):
        return self.in_channels * (2 if self.learn_sigma else 1)

    def asdict(self):
        return asdict(self)


def sincos_table(dim, side):
    """(1, side*side, dim): MAE's table; the first half of the channels is the column, the second the row."""
    omega = 1.0 / 10000 ** (torch.arange(dim // 4, dtype=torch.float64) / (dim / 4.0))  # (dim/4,)
    row, column = torch.meshgrid(torch.arange(side, dtype=torch.float64), torch.arange(side, dtype=torch.float64), indexing="ij")
    halves = [torch.cat([torch.sin(a), torch.cos(a)], 1) for a in (torch.outer(p.flatten(), omega) for p in (column, row))]
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
    """0.5 x (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3). Compiled, the second form is 2x faster."""
    if torch.compiler.is_compiling():
        return x * torch.sigmoid(x * (1.5957691216057308 + 0.07135481282553 * x * x))
    return F.gelu(x, approximate="tanh")


def gumbel_sigmoid(logits, tau, hard_only=False):
    """0/1 forward; backward the slope of sigmoid((logits + g1 - g2)/tau), straight through.

    In evaluation (hard_only) no noise: logit > 0, the rule the page uses.
    """
    if hard_only:
        return (logits > 0).to(logits.dtype)
    logits = logits.float()
    noise = -torch.empty_like(logits).exponential_().log() + torch.empty_like(logits).exponential_().log()
    soft = torch.sigmoid((logits + noise) / tau)
    hard = (soft > 0.5).to(soft.dtype)
    return hard - soft.detach() + soft


class Attention(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.heads = c.num_heads
        self.qkv = nn.Linear(c.hidden_size, 3 * c.hidden_size)
        self.proj = nn.Linear(c.hidden_size, c.hidden_size)

    def forward(self, x, head_mask=None):
        B, N, D = x.shape
        q, k, v = self.qkv(x).view(B, N, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)  # 3 x (B,H,N,E)
        # Written out: on a CPU the backward of scaled_dot_product_attention took half of a whole training step.
        weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)).softmax(-1).to(v.dtype)  # (B,H,N,N)
        y = (weights @ v).transpose(1, 2)  # (B,N,H,E)
        if head_mask is not None:
            y = y * head_mask[:, None, :, None].to(y.dtype)
        return self.proj(y.reshape(B, N, D))  # (B,N,D)


class Mlp(nn.Module):
    def __init__(self, c: Config):
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

    def __init__(self, c: Config):
        super().__init__()
        self.router = nn.Linear(c.hidden_size, c.num_heads - 1)

    def forward(self, temb):
        return self.router(temb)  # (B,H-1)


class TokenSelection(nn.Module):
    """One logit a token, from x after the attention residual."""

    def __init__(self, c: Config):
        super().__init__()
        self.mlp_head = nn.Sequential(nn.Linear(c.hidden_size, c.hidden_size // 16), nn.ReLU(), nn.Linear(c.hidden_size // 16, 1))

    def forward(self, x):
        return self.mlp_head(x)[..., 0]  # (B,N)


class Block(nn.Module):
    def __init__(self, c: Config):
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


class Gates:
    """How a forward pass opens its gates, and the masks it used.

    mode "complete": everything on. "train": Gumbel noise. "eval": logit > 0.
    width/tokens = False leaves that kind of gate open. random = {"heads": r, "groups": r, "tokens": r} draws
    masks of those rates instead: the control that says whether the routers learned anything.
    """

    def __init__(self, mode="complete", tau=5.0, width=True, tokens=True, random=None):
        self.mode, self.tau, self.use_width, self.use_tokens, self.random = mode, tau, width, tokens, random
        self.head_masks, self.group_masks, self.token_masks = [], [], []  # a (B,H), (B,H), (B,N) for each layer
        self.margin = math.inf  # mode "eval": how near to the threshold any logit came

    def gate(self, logits, kind):
        if self.random is not None:
            return (torch.rand_like(logits, dtype=torch.float32) < self.random[kind]).to(logits.dtype)
        if self.mode == "eval":
            self.margin = min(self.margin, logits.abs().min().item())
        return gumbel_sigmoid(logits, self.tau, hard_only=self.mode == "eval")

    def width(self, block, temb):
        if self.mode == "complete" or not self.use_width:
            return None, None
        masks = []
        for rate, kind, seen in ((block.attn_rate, "heads", self.head_masks), (block.mlp_rate, "groups", self.group_masks)):
            mask = self.gate(rate(temb), kind)  # (B,H-1)
            seen.append(torch.cat([torch.ones_like(mask[:, :1]), mask], 1))  # (B,H)
            masks.append(seen[-1])
        return masks

    def tokens(self, block, x):
        if self.mode == "complete" or not self.use_tokens:
            return None
        self.token_masks.append(self.gate(block.token_selection(x), "tokens"))  # (B,N)
        return self.token_masks[-1]

    def stacked(self):
        """heads (B,L,H), groups (B,L,H), tokens (B,L,N); None where that gate was open."""
        return [torch.stack(m, 1) if m else None for m in (self.head_masks, self.group_masks, self.token_masks)]


class FinalLayer(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.norm_final = nn.LayerNorm(c.hidden_size, elementwise_affine=False, eps=1e-6)
        self.linear = nn.Linear(c.hidden_size, c.patch_size**2 * c.out_channels)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(c.hidden_size, 2 * c.hidden_size))

    def forward(self, x, c):
        shift, scale = self.adaLN_modulation(c).chunk(2, 1)
        return self.linear(modulate(self.norm_final(x), shift, scale))  # (B,N,P*P*Cout)


class PatchEmbed(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.proj = nn.Conv2d(c.in_channels, c.hidden_size, c.patch_size, c.patch_size)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)  # (B,N,D)


class TimestepEmbedder(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(256, c.hidden_size), nn.SiLU(), nn.Linear(c.hidden_size, c.hidden_size))

    def forward(self, t):
        return self.mlp(timestep_embedding(t))  # (B,D)


class LabelEmbedder(nn.Module):
    """A table whose last row is the null label; training swaps labels for it with probability drop."""

    def __init__(self, count, dim):
        super().__init__()
        self.null = count
        self.embedding_table = nn.Embedding(count + 1, dim)

    def forward(self, y, dropped=None):
        return self.embedding_table(y if dropped is None else torch.where(dropped, self.null, y))  # (B,D)


class DiT(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config = c = config
        if c.hidden_size % c.num_heads or int(c.hidden_size * c.mlp_ratio) % c.num_heads:
            raise ValueError(f"hidden size {c.hidden_size} and its MLP must be whole multiples of {c.num_heads} heads")
        self.x_embedder = PatchEmbed(c)
        self.t_embedder = TimestepEmbedder(c)
        self.y_embedder = LabelEmbedder(c.num_classes, c.hidden_size)
        if c.num_styles:
            self.s_embedder = LabelEmbedder(c.num_styles, c.hidden_size)
        self.pos_embed = nn.Parameter(sincos_table(c.hidden_size, c.input_size // c.patch_size), requires_grad=False)
        self.blocks = nn.ModuleList([Block(c) for _ in range(c.depth)])
        self.final_layer = FinalLayer(c)
        self.init_weights()

    def init_weights(self):
        """adaLN-zero: every block starts as the identity, the output as zero."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        nn.init.xavier_uniform_(self.x_embedder.proj.weight.view(self.config.hidden_size, -1))
        nn.init.zeros_(self.x_embedder.proj.bias)
        for embedder in [self.y_embedder] + ([self.s_embedder] if self.config.num_styles else []):
            nn.init.normal_(embedder.embedding_table.weight, std=0.02)
        for linear in (self.t_embedder.mlp[0], self.t_embedder.mlp[2]):
            nn.init.normal_(linear.weight, std=0.02)
        for layer in [block.adaLN_modulation[1] for block in self.blocks] + [self.final_layer.adaLN_modulation[1], self.final_layer.linear]:
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        if self.config.dynamic:
            init_routers(self)

    def forward(self, x, t, y, s=None, gates=None, dropped=None, dropped_style=None, route=0.0):
        """x (B,C,S,S), t (B,), y (B,), s (B,) -> (B,Cout,S,S). gates None: complete. route: the share of tokens that go
        around the middle blocks, drawn anew for each picture; in training alone (TREAD, arXiv 2501.04765)."""
        gates = gates or Gates("complete")
        P, side = self.config.patch_size, self.config.input_size // self.config.patch_size
        temb = self.t_embedder(t * self.config.timestep_scale)  # (B,D)
        c = temb + self.y_embedder(y, dropped)  # (B,D)
        if self.config.num_styles:
            c = c + self.s_embedder(s, dropped_style)  # (B,D)
        x = self.x_embedder(x) + self.pos_embed  # (B,N,D)
        first, last = 1, len(self.blocks) - 1  # the blocks that only the tokens not routed see
        for i, block in enumerate(self.blocks):
            if route and i == first:
                kept = torch.rand(x.shape[:2], device=x.device).argsort(1)[:, : round(x.shape[1] * (1 - route))]  # (B,n)
                kept, around = kept[..., None].expand(-1, -1, x.shape[2]), x  # (B,n,D), (B,N,D)
                x = x.gather(1, kept)  # (B,n,D)
            if route and i == last:
                x = around.scatter(1, kept, x)  # (B,N,D)
            x = block(x, c, temb, gates)  # (B,N,D)
        x = self.final_layer(x, c)  # (B,N,P*P*Cout)
        x = x.view(x.shape[0], side, side, P, P, -1)
        return torch.einsum("nhwpqc->nchpwq", x).reshape(x.shape[0], -1, side * P, side * P)


def compile_blocks(model):
    """One compiled attention and one compiled MLP that all blocks share; compiling the whole model takes minutes."""
    for block in model.blocks:
        block.attend, block.feed = torch.compile(block.attend, dynamic=False), torch.compile(block.feed, dynamic=False)


def init_routers(model, width_bias=15.0, token_bias=35.0):
    """Gates start wide open: logits of about 15 and 35 against Gumbel noise of scale 1."""
    for block in model.blocks:
        for router in (block.attn_rate.router, block.mlp_rate.router):
            nn.init.xavier_uniform_(router.weight)
            nn.init.constant_(router.bias, width_bias)
        nn.init.xavier_uniform_(block.token_selection.mlp_head[0].weight)
        nn.init.zeros_(block.token_selection.mlp_head[0].bias)
        nn.init.xavier_uniform_(block.token_selection.mlp_head[2].weight)
        nn.init.constant_(block.token_selection.mlp_head[2].bias, token_bias)


def block_costs(c: Config):
    """Multiply-adds of one layer's attention and MLP, as the paper counts them: 4ND^2 + 2N^2 D, 2*mlp_ratio*ND^2."""
    N, D = c.tokens, c.hidden_size
    return 4 * N * D**2 + 2 * N**2 * D, int(2 * c.mlp_ratio * N * D**2)


def share_of_work(config, heads, groups, tokens):
    """(B,) share of the blocks' multiply-adds: (a*r_a + m*r_m*r_t)/(a+m), mean over layers. None means all on."""
    a, m = block_costs(config)
    given = next(mask for mask in (heads, tokens, groups) if mask is not None)
    one = torch.ones(given.shape[:2], device=given.device)
    r_a, r_m, r_t = (one if mask is None else mask.float().mean(2) for mask in (heads, groups, tokens))  # (B,L)
    return ((a * r_a + m * r_m * r_t) / (a + m)).mean(1)
