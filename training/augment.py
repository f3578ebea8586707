"""Augmentation that does not leak (Karras et al. 2022, EDM): a picture is moved, and the network is told how, as linear
inputs that are 0 for plain pictures. Asked with zeros it draws the canonical picture; asked with others, a lively one.

a (B,6) holds, each of about -1..1: mirror (0 or 1), tilt (20 degrees), zoom (a factor exp(0.25)), shift_x and shift_y
(a tenth of the side), hue (29 degrees about the grey axis).
"""

import math

import torch
import torch.nn.functional as F

MOVES = ("mirror", "tilt", "zoom", "shift_x", "shift_y", "hue")
CONDITIONS = (
    *MOVES,
    "soft",
    "guidance",
)  # the network's linear inputs: soft, a low-resolution drawing; guidance, w - 1
PINCH = 0.65  # of another style, at most, that a seed mixes in
TILT, ZOOM, SHIFT, HUE = math.radians(20), 0.25, 0.1, 0.08 * 2 * math.pi


def draw_moves(n, device=None, share=0.7):
    """(n,6): each move is there with probability `share`, a mirror image half the time. Zoom goes out rather than in,
    and shifts stay small where nothing is zoomed out, so that little leaves the picture."""
    rand = lambda *shape: torch.rand(n, *shape, device=device)
    mirror, tilt, zoom = (
        (rand() < 0.5).float(),
        torch.randn(n, device=device).clamp(-2, 2) / 2,
        rand() * 1.2 - 1,
    )  # (n,)
    shift = (rand(2) * 2 - 1) * (0.3 - 0.7 * zoom.clamp(max=0))[:, None]  # (n,2)
    hue = (rand() * 2 - 1) ** 3
    a = torch.stack([mirror, tilt, zoom, shift[:, 0], shift[:, 1], hue], 1)
    there = rand(6) < share
    there[:, 0] = True  # mirror has a coin of its own
    return a * there


def theta_of(a):
    """a (B,6) -> (B,2,3) for affine_grid: where in the plain picture each point of the moved one comes from, x' -> R
    x' + b with the inverse of mirror, then zoom, then turn, then shift."""
    mirror, tilt, zoom, shift_x, shift_y, _ = a.unbind(1)
    flip, angle, grow = 1 - 2 * mirror, tilt * TILT, torch.exp(-ZOOM * zoom)
    cos, sin = torch.cos(angle) * grow, torch.sin(angle) * grow
    rows = torch.stack([torch.stack([flip * cos, flip * sin], 1), torch.stack([-sin, cos], 1)], 1)  # (B,2,2)
    offset = -2 * SHIFT * torch.stack([shift_x, shift_y], 1)  # a side is 2 long here
    return torch.cat([rows, (rows @ offset[..., None])], 2)


def hue_matrix(angle):
    """angle (B,) -> (B,3,3): the turn of RGB about the grey axis; grey and white stay."""
    cos, sin = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None]
    one, axis = torch.ones(3, 3, device=angle.device) / 3, torch.eye(3, device=angle.device)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=angle.device) / math.sqrt(3)
    return cos * axis + (1 - cos) * one + sin * cross


def move(x, a):
    """x (B,3,S,S) in -1..1 on white, a (B,6) -> the moved pictures. a = 0 gives x."""
    where = F.affine_grid(theta_of(a), x.shape, align_corners=False)  # (B,S,S,2)
    moved = F.grid_sample(x - 1, where, mode="bicubic", align_corners=False)  # white is 0, also outside
    return (torch.einsum("bij,bjhw->bihw", hue_matrix(a[:, 5] * HUE), moved) + 1).clamp(-1, 1)
