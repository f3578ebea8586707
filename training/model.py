"""The network: the official DiT block, with DyDiT's routers where the configuration asks for them.

B pictures, N tokens, D hidden size, H heads, E = D/H, L layers, F = mlp_ratio*D, G = F/H channels of an MLP
group, P patch size, C latent channels. Parameter names are the official checkpoints' names; what an emoji model adds
(styles, linear conditions, a jump's end) is 0 or absent there. How gates open: gates.py.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn as nn

from gates import Gates, init_routers
from layers import Block, FinalLayer, LabelEmbedder, PatchEmbed, TimestepEmbedder, sincos_table


@dataclass(kw_only=True)
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
    conditions: int = 0  # linear inputs (augment.CONDITIONS), 0 for a plain picture
    jump_blocks: int = 0  # the last so many blocks, and the final layer, are told where a step ends instead of begins

    @property
    def tokens(self):
        return (self.input_size // self.patch_size) ** 2

    @property
    def out_channels(self):
        return self.in_channels * (2 if self.learn_sigma else 1)

    def asdict(self):
        return asdict(self)


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
        if c.conditions:
            self.a_embedder = nn.Linear(c.conditions, c.hidden_size, bias=False)
        self.pos_embed = nn.Parameter(sincos_table(c.hidden_size, c.input_size // c.patch_size), requires_grad=False)
        self.blocks = nn.ModuleList([Block(c) for _ in range(c.depth)])
        self.final_layer = FinalLayer(c)
        self.init_weights()

    def init_weights(self):
        """adaLN-zero: every block starts as the identity, the output as zero."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.xavier_uniform_(self.x_embedder.proj.weight.view(self.config.hidden_size, -1))
        nn.init.zeros_(self.x_embedder.proj.bias)
        for embedder in [self.y_embedder] + ([self.s_embedder] if self.config.num_styles else []):
            nn.init.normal_(embedder.embedding_table.weight, std=0.02)
        for linear in (self.t_embedder.mlp[0], self.t_embedder.mlp[2]):
            nn.init.normal_(linear.weight, std=0.02)
        final = self.final_layer
        for layer in [block.adaLN_modulation[1] for block in self.blocks] + [final.adaLN_modulation[1], final.linear]:
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        if self.config.conditions:
            nn.init.zeros_(self.a_embedder.weight)
        if self.config.dynamic:
            init_routers(self)

    def conditioning(self, t, y, s, dropped, dropped_style, y_weights, s_weights, a):
        """t (B,), labels, a (B,conditions) -> c, temb (B,D): what the network is told, and the timestep alone."""
        temb = self.t_embedder(t * self.config.timestep_scale)  # (B,D)
        c = temb + self.y_embedder(y, dropped, y_weights)
        if self.config.num_styles:
            c = c + self.s_embedder(s, dropped_style, s_weights)
        if a is not None:
            c = c + self.a_embedder(a)
        return c, temb

    def forward(
        self,
        x,
        t,
        y,
        s=None,
        gates=None,
        dropped=None,
        dropped_style=None,
        route=0.0,
        a=None,
        r=None,
        y_weights=None,
        s_weights=None,
    ):
        """x (B,C,S,S), t (B,), y (B,), s (B,) -> (B,Cout,S,S). gates None: complete. y and s may be mixes
        (LabelEmbedder). a (B,conditions): None is 0. r (B,): where the step from t ends, for a jump in place of a
        velocity; None is t. route: the share of tokens that go around the middle blocks, drawn anew for each picture;
        in training alone (TREAD, arXiv 2501.04765)."""
        gates, labels = gates or Gates("complete"), (y, s, dropped, dropped_style, y_weights, s_weights, a)
        P, side = self.config.patch_size, self.config.input_size // self.config.patch_size
        begins = self.conditioning(t, *labels)  # c, temb (B,D)
        ends = self.conditioning(r, *labels) if r is not None else begins
        x = self.x_embedder(x) + self.pos_embed  # (B,N,D)
        depth = len(self.blocks)
        first, last = 1, depth - 1  # the blocks that only the tokens not routed see
        for i, block in enumerate(self.blocks):
            if route and i == first:
                kept = torch.rand(x.shape[:2], device=x.device).argsort(1)[
                    :, : round(x.shape[1] * (1 - route))
                ]  # (B,n)
                kept, around = kept[..., None].expand(-1, -1, x.shape[2]), x  # (B,n,D), (B,N,D)
                x = x.gather(1, kept)  # (B,n,D)
            if route and i == last:
                x = around.scatter(1, kept, x)  # (B,N,D)
            x = block(x, *(ends if i >= depth - self.config.jump_blocks else begins), gates)  # (B,N,D)
        x = self.final_layer(x, ends[0])  # (B,N,P*P*Cout)
        x = x.view(x.shape[0], side, side, P, P, -1)
        return torch.einsum("nhwpqc->nchpwq", x).reshape(x.shape[0], -1, side * P, side * P)


def compile_blocks(model):
    """One compiled attention and one compiled MLP that all blocks share; compiling the whole model takes minutes."""
    for block in model.blocks:
        block.attend, block.feed = torch.compile(block.attend, dynamic=False), torch.compile(block.feed, dynamic=False)
