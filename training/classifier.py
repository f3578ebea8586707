"""The judge: a small convolutional network that names class and style of a picture.
`python classifier.py --data CACHE --out RUN` trains it on the training pairs with augmentation and states its own
accuracy on the held-out pairs, which bounds what any score given by it can mean. RUN/classifier.pt, RUN/accuracy.json
"""
import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from tqdm import tqdm

from common import Ema, Log, Machine, learning_rate, load_checkpoint, save_atomic, seed_step, to_unit, write_json
from data import Pictures

FEATURES = 128


class Classifier(nn.Module):
    """(B,3,128,128) in -1..1 -> class logits, style logits; features (B,128) feed the Frechet distance."""

    def __init__(self, classes, styles):
        super().__init__()
        widths, layers = [3, 32, 64, 128, FEATURES], []
        for i in range(4):
            layers += [nn.Conv2d(widths[i], widths[i + 1], 3, padding=1, bias=False), nn.BatchNorm2d(widths[i + 1]), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if i < 3 else []
        self.body, self.cls, self.style = nn.Sequential(*layers), nn.Linear(5 * FEATURES, classes), nn.Linear(5 * FEATURES, styles)

    def features(self, x):
        """(B,128): the mean over the picture."""
        return self.maps(x).mean((2, 3))

    def maps(self, x):
        return self.body(F.avg_pool2d(x, 2))  # (B,128,8,8)

    def forward(self, x):
        maps = self.maps(x)
        # The mean, and the four quarters: where things are tells faces apart.
        flat = torch.cat([maps.mean((2, 3)), F.adaptive_avg_pool2d(maps, 2).flatten(1)], 1)  # (B,5*128)
        flat = F.dropout(flat, 0.3, self.training)
        return self.cls(flat), self.style(flat)


def augment(x):
    """Shift, scale, turn, blur, colour: what a generated picture may get wrong and still be what was asked for."""
    B = len(x)
    angle, scale = (torch.rand(B) - 0.5) * 0.4, 1 + (torch.rand(B) - 0.5) * 0.3
    shift = (torch.rand(B, 2) - 0.5) * 0.2
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack([torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)], 1)
    x = F.grid_sample(x - 1, F.affine_grid(theta, x.shape, align_corners=False), align_corners=False) + 1  # outside: white
    blurred = F.avg_pool2d(F.pad(x, (2, 2, 2, 2), mode="replicate"), 5, 1)
    x = torch.lerp(x, blurred, torch.rand(B, 1, 1, 1) * 0.9)
    x = x + torch.randn(B, 3, 1, 1) * 0.06 + torch.randn_like(x) * 0.05 * torch.rand(B, 1, 1, 1)
    return x.clamp(-1, 1)


def load(path):
    saved = load_checkpoint(path)
    if saved is None:
        raise SystemExit(f"there is no classifier at {path}; train one with classifier.py")
    model = Classifier(saved["classes"], saved["styles"])
    model.load_state_dict(saved["model"])
    return model.eval()


@torch.no_grad()
def judge(model, images, batch=64):
    """uint8 (n,S,S,3) -> class logits (n,K), style logits (n,6), features (n,128)."""
    parts = []
    for i in range(0, len(images), batch):
        x = to_unit(images[i : i + batch])
        parts.append((*model(x), model.features(x)))
    return [torch.cat(p) for p in zip(*parts)]


def recognised(logits, styles, cls, style):
    """{top1, top5, style}: shares of pictures recognised as what was asked for, from what judge() says of them."""
    cls, style = torch.as_tensor(cls), torch.as_tensor(style)
    top = logits.topk(min(5, logits.shape[1]), 1).indices == cls[:, None]
    return {"top1": top[:, 0].float().mean().item(), "top5": top.any(1).float().mean().item(), "style": (styles.argmax(1) == style).float().mean().item()}


def accuracy(model, images, cls, style):
    """The shares of recognised() for pictures uint8 (n,S,S,3)."""
    return recognised(*judge(model, images)[:2], cls, style)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()
    machine, data = Machine(args.threads), Pictures(args.data)
    torch.manual_seed(0)
    model = Classifier(len(data.meta["classes"]), len(data.meta["styles"]))
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.05)
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint, first = load_checkpoint(args.out / "classifier.pt"), 0
    if checkpoint:
        model.load_state_dict(checkpoint["model"])
        optimiser.load_state_dict(checkpoint["optimiser"])
        first = checkpoint["step"]
    log = Log(args.out, first)

    def save(step):
        state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}
        save_atomic({**state, "classes": len(data.meta["classes"]), "styles": len(data.meta["styles"])}, args.out / "classifier.pt")

    bar = tqdm(range(first, args.steps), initial=first, total=args.steps, desc="classifier", mininterval=5)
    for step in bar:
        seed_step(1, step)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.lr, 50)
        index = data.train[torch.randint(len(data.train), (args.batch,)).numpy()]
        with machine.autocast():
            cls, style = model(augment(to_unit(data.images[index])))
        loss = F.cross_entropy(cls.float(), torch.from_numpy(data.cls[index]), label_smoothing=0.1) + F.cross_entropy(style.float(), torch.from_numpy(data.style[index]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 20 == 0:
            log.write(step=step, loss=round(loss.item(), 4))
            bar.set_postfix(loss=f"{loss.item():.3f}")
        if (step + 1) % 200 == 0 or step + 1 == args.steps:
            save(step + 1)
            log.plot(args.out / "loss.png", ["loss"])
    model.eval()
    found = {name: accuracy(model, data.images[i], data.cls[i], data.style[i]) for name, i in (("held_out", data.test), ("train", data.train[:: max(1, len(data.train) // 256)]))}
    write_json(args.out / "accuracy.json", found)
    print(found)


if __name__ == "__main__":
    main()
