"""The judge: a small convolutional network that names class and style of a picture, whose features feed the Frechet
distance and the VAE's perceptual loss. classifier.py trains it.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from common import load_checkpoint, to_unit

FEATURES = 128


class Classifier(nn.Module):
    """(B,3,128,128) in -1..1 -> class logits, style logits; features (B,128) feed the Frechet distance."""

    def __init__(self, classes, styles):
        super().__init__()
        widths, layers = [3, 32, 64, 128, FEATURES], []
        for i in range(4):
            layers += [
                nn.Conv2d(widths[i], widths[i + 1], 3, padding=1, bias=False),
                nn.BatchNorm2d(widths[i + 1]),
                nn.ReLU(),
            ]
            layers += [nn.MaxPool2d(2)] if i < 3 else []
        self.body, self.cls, self.style = (
            nn.Sequential(*layers),
            nn.Linear(5 * FEATURES, classes),
            nn.Linear(5 * FEATURES, styles),
        )

    def stages(self, x):
        """x (B,3,S,S) -> [(B,32,S/2,S/2), (B,64,S/4,S/4), (B,128,S/8,S/8), (B,128,S/16,S/16)], after each ReLU."""
        x, found = F.avg_pool2d(x, 2), []
        for layer in self.body:
            x = layer(x)
            found += [x] if isinstance(layer, nn.ReLU) else []
        return found

    def features(self, x):
        """(B,128): the mean over the picture."""
        return self.stages(x)[-1].mean((2, 3))

    def forward(self, x):
        maps = self.stages(x)[-1]  # (B,128,8,8)
        # The mean, and the four quarters: where things are tells faces apart.
        flat = torch.cat([maps.mean((2, 3)), F.adaptive_avg_pool2d(maps, 2).flatten(1)], 1)  # (B,5*128)
        flat = F.dropout(flat, 0.3, self.training)
        return self.cls(flat), self.style(flat)


def perceptual(model, x, y):
    """The mean over the first three stages of the squared difference of unit-length features (LPIPS's form,
    unweighted); x, y (B,3,S,S) -> a number. No gradient flows into the judge's weights where they do not require
    any."""
    unit = lambda f: f / (f.square().sum(1, keepdim=True) + 1e-6).sqrt()  # (B,c,s,s), length 1 over c
    pairs = zip(model.stages(x)[:3], model.stages(y)[:3])
    return sum((unit(a) - unit(b)).square().sum(1).mean() for a, b in pairs) / 3


def disturb(x):
    """Shift, scale, turn, blur, colour: what a generated picture may get wrong and still be what was asked for."""
    B, rand = len(x), lambda *shape: torch.rand(*shape, device=x.device)
    angle, scale, shift = (rand(B) - 0.5) * 0.4, 1 + (rand(B) - 0.5) * 0.3, (rand(B, 2) - 0.5) * 0.2
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack(
        [torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)], 1
    )  # (B,2,3)
    where = F.affine_grid(theta, x.shape, align_corners=False)
    x = F.grid_sample(x - 1, where, align_corners=False) + 1  # outside: white
    blurred = F.avg_pool2d(F.pad(x, (2, 2, 2, 2), mode="replicate"), 5, 1)
    x = torch.lerp(x, blurred, rand(B, 1, 1, 1) * 0.9)
    x = x + torch.randn(B, 3, 1, 1, device=x.device) * 0.06 + torch.randn_like(x) * 0.05 * rand(B, 1, 1, 1)
    return x.clamp(-1, 1)


def load(path):
    saved = load_checkpoint(path)
    if saved is None:
        raise SystemExit(f"there is no classifier at {path}; train one with classifier.py")
    model = Classifier(saved["classes"], saved["styles"])
    model.load_state_dict(saved["ema"]["shadow"] if "ema" in saved else saved["model"])
    return model.eval().requires_grad_(False)


@torch.no_grad()
def judge(model, images, machine, batch=64):
    """uint8 (n,S,S,3) -> class logits (n,K), style logits (n,styles), features (n,128), on the CPU, where scores are
    made."""
    parts = []
    for i in range(0, len(images), batch):
        x = machine.put(to_unit(images[i : i + batch]))
        parts.append([part.float().cpu() for part in (*model(x), model.features(x))])
    return [torch.cat(p) for p in zip(*parts)]


def recognised(logits, styles, cls, style):
    """{top1, top5, style}: shares of pictures recognised as what was asked for, from what judge() says of them."""
    cls, style = torch.as_tensor(cls), torch.as_tensor(style)
    top = logits.topk(min(5, logits.shape[1]), 1).indices == cls[:, None]
    return {
        "top1": top[:, 0].float().mean().item(),
        "top5": top.any(1).float().mean().item(),
        "style": (styles.argmax(1) == style).float().mean().item(),
    }
