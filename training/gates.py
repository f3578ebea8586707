"""DyDiT's gates: how a forward pass opens them, where routers start, what share of the work is left, and the budget.

Training multiplies masks into the dense model: a mask is what the page slices and gathers by, and gradients have to
reach the gates through it.
"""

import math

import torch
import torch.nn as nn


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


class Gates:
    """How a forward pass opens its gates, and the masks it used.

    mode "complete": everything on. "train": Gumbel noise. "eval": logit > 0.
    shift: added to every logit, a number or (B,): the budget. width/tokens = False leaves that kind of gate open.
    random = {"heads": r, "groups": r, "tokens": r} draws masks of those rates instead: the control that says whether
    the routers learned anything.
    """

    def __init__(self, mode="complete", tau=5.0, width=True, tokens=True, random=None, shift=0.0):
        self.mode, self.tau, self.use_width, self.use_tokens = mode, tau, width, tokens
        self.random, self.shift = random, shift
        self.head_masks, self.group_masks, self.token_masks = [], [], []  # a (B,H), (B,H), (B,N) for each layer
        self.nearest = []  # mode "eval": how near to the threshold each layer's logits came

    def gate(self, logits, kind):
        if self.random is not None:
            return (torch.rand_like(logits, dtype=torch.float32) < self.random[kind]).to(logits.dtype)
        logits = logits + (self.shift[:, None] if torch.is_tensor(self.shift) else self.shift)
        if self.mode == "eval":
            self.nearest.append(logits.detach().abs().min())
        return gumbel_sigmoid(logits, self.tau, hard_only=self.mode == "eval")

    @property
    def margin(self):
        return min((m.item() for m in self.nearest), default=math.inf)

    def width(self, block, temb):
        if self.mode == "complete" or not self.use_width:
            return None, None
        masks = []
        for rate, kind, seen in (
            (block.attn_rate, "heads", self.head_masks),
            (block.mlp_rate, "groups", self.group_masks),
        ):
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


def shift_of(budget, learned, low=0.3, down=3.0, up=6.0):
    """The shift of all logits that is to leave a share `budget` of the work, a number or a tensor: 0 at the share
    `learned`, -down at `low`, +up at 1, straight between. Training holds the routers to it; what share a shift really
    leaves is then measured and goes into the manifest."""
    budget = torch.as_tensor(budget, dtype=torch.float32)
    below, above = -down * (learned - budget) / (learned - low), up * (budget - learned) / (1 - learned)
    return torch.where(budget < learned, below, above)


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


def block_costs(c):
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
