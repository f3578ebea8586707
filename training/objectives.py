"""The loss of one training step, by what is trained: static, dynamic, few steps, or an official DiT's epsilon.

Dynamic training follows the paper (arXiv 2410.03456): L_dynamic + L_complete + 2 (share of multiply-adds - target)^2,
with pictures of their own for the two losses; the 2 is args.work. Here L_dynamic's half is cut into groups, each with a
budget: the first as learned (shift 0, share args.target), of three or more the second the least, the others with the
shift of a share between args.lowest and 1, so that one checkpoint serves them all. Few-step training (fast.py) asks a
part of the pictures for guidance or a jump. With args.distil all are asked for what open gates said when the run began,
which has none of the data's noise: to leave work out is learned, and nothing else (the sandwich rule and distillation
of universally slimmable networks, arXiv 1903.05134).
"""

import torch

from augment import PINCH
from diffusion import drop_labels, flow_loss, logit_normal_timesteps, stratified_timesteps
from epsilon import STEPS, epsilon_loss
from fast import make_targets, targets_loss
from gates import Gates, share_of_work, shift_of


def blended(labels, share, strongest=0.3):
    """A share of the pictures is asked for with up to `strongest` of another class or another style mixed in, so that
    the space between the rows of a label table has been seen. y, s (B,) become (B,2) with weights (B,2)."""
    B, device, mixed = len(labels["y"]), labels["y"].device, dict(labels)
    which = torch.randint(2, (B,), device=device)  # 0 mixes the class, 1 the style
    for number, (key, rows) in enumerate((("y", labels["y"]), ("s", labels["s"]))):
        there = (torch.rand(B, device=device) < share) & (which == number)
        weight = torch.where(there, torch.rand(B, device=device) * strongest, 0.0)
        mixed[key] = torch.stack([rows, rows[torch.randperm(B, device=device)]], 1)
        mixed[f"{key}_weights"] = torch.stack([1 - weight, weight], 1)
    return mixed


def budgets(groups, target, lowest, progress, device):
    """(groups,) shares aimed at, and the shifts that ask for them. The first is as learned, of three or more the second
    the lowest; while the run is young all come down from 1 with it."""
    asked = lowest + (1 - lowest) * torch.rand(groups, device=device)
    asked[0] = target
    if groups > 2:
        asked[1] = lowest
    return 1 + (asked - 1) * progress, shift_of(asked, target, low=lowest).to(device)


def work_loss(share, wanted, kinds=None, weight=2.0):
    """weight (mean share - wanted)^2, mean over groups, and the means (1 or 2, groups). share (B,): item i is in group
    i % groups, wanted (groups,). With kinds (B,), as kinds_of() gives them, velocities and jumps have a mean each: in
    one mean velocities, three of four pictures, would save what jumps do not, and jumps are what the page takes."""
    groups = len(wanted)
    share = share.view(-1, groups)
    jumps = None if kinds is None else kinds.view(-1, groups)[:, 0] == 2
    means = torch.stack([share.mean(0)] if jumps is None else [share[~jumps].mean(0), share[jumps].mean(0)])
    return weight * ((means - wanted) ** 2).mean(), means


def kinds_of(half, groups, jumps, device):
    """(half,) for fast.make_targets: in every group, of four pictures one asks for guidance, `jumps` (1 or 2) for a
    jump, the rest are plain; all plain where nothing fast is learned (jumps 0)."""
    turn = torch.arange(half, device=device) // groups % 4
    kinds = torch.where(turn == 1, 1, torch.where(turn >= 4 - jumps, 2, 0))
    return kinds if jumps else torch.zeros_like(turn)


def step_loss(model, teacher, args, x, labels, ramp=1.0, route=0.0):
    """The whole loss of one step, and its parts as tensors. x (B,C,S,S); teacher: the averaged model, or with
    args.distil the one that the run began from; ramp: how far the target of the share of work has come down, 0..1."""
    B, device, flow = len(x), x.device, args.objective == "flow"
    if args.blend and labels["s"] is not None:
        labels = blended(labels, args.blend, PINCH if args.distil else 0.3)
    dropped = drop_labels(B, args.drop, labels["s"] is not None, device)
    labels = dict(labels, dropped=dropped[0], dropped_style=dropped[1])
    # Of a dynamic step one half goes through the routers, one through open gates; both cover all timesteps in quarters.
    halves = (B // 2, B - B // 2)
    t = torch.cat([stratified_timesteps(half, device) for half in halves])
    if not flow:
        t = ((t if args.dynamic else torch.rand(B, device=device)) * STEPS).long().clamp(max=STEPS - 1)
        ask = lambda part, **more: epsilon_loss(model, x[part], t[part], some(labels, part) | more)
    elif not args.dynamic and not args.fast:
        loss = flow_loss(model, x, logit_normal_timesteps(B, device), dict(labels, route=route)).mean()
        return loss, {"loss": loss}
    else:
        kinds = torch.cat([kinds_of(half, args.groups, args.jumps * args.fast, device) for half in halves])
        z, t, r, labels, target = make_targets(teacher, x, t, labels, kinds, keep=args.distil)
        ask = lambda part, **more: targets_loss(
            model, z[part], t[part], r[part], some(labels, part) | more, target[part]
        )
    if not args.dynamic:
        loss = ask(slice(None), **({"route": route} if not args.fast else {})).mean()
        return loss, {"loss": loss}
    first, second = slice(0, B // 2), slice(B // 2, B)
    group = torch.arange(B // 2, device=device) % args.groups
    wanted, shift = budgets(args.groups, args.target, args.lowest, ramp, device)
    gates = Gates("train", args.tau, shift=shift[group] * ramp)
    dynamic, complete = ask(first, gates=gates).mean(), ask(second).mean()
    share = share_of_work(model.config, *gates.stacked())
    work, means = work_loss(share, wanted, kinds[first] if args.fast else None, args.work)
    loss = dynamic + complete + work
    shares = {"share": means[0, 0], "share_of_jumps": means[-1, 0], "target": wanted[0]}
    return loss, {"loss": loss, "dynamic": dynamic, "complete": complete, **shares}


def some(labels, part):
    return {k: v if v is None else v[part] for k, v in labels.items()}
