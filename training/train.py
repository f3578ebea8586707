"""Trains a DiT on latents, then makes it dynamic.

Static, from nothing:  python train.py --latents L --out RUN --steps 20000
DyDiT of it:           python train.py --latents L --out RUN2 --init RUN/model.safetensors --dynamic --target 0.6
DyDiT of an official DiT, on four GPUs, from latents of the SD VAE:
                       torchrun --nproc-per-node 4 train.py --latents L --out RUN --init DiT-XL-2-256x256.pt --objective epsilon --dynamic --target 0.5

RUN/last.pt            model, EMA, optimiser and step; the same command goes on from it after a kill at any moment
RUN/model.safetensors  the EMA weights, f32, written with every checkpoint
RUN/log.csv, loss.png, samples.png (flow models, with --vae)

Dynamic training follows the paper (arXiv 2410.03456): L_dynamic + L_complete + 2 (share of multiply-adds - target)^2.
The target ramps from 1 over the first --ramp of the run. L_complete sees pictures of its own, as many as L_dynamic.
"""
import argparse, json, time
from pathlib import Path

import torch
from tqdm import tqdm

from checkpoints import config_of, load_into, read_state, select_rows
from common import Ema, Log, Machine, Speed, grid, learning_rate, load_checkpoint, save_atomic, seed_step, to_pixels, write_safetensors
from diffusion import STEPS, drop_labels, epsilon_loss, flow_loss, guided, logit_normal_timesteps, sample_flow, stratified_timesteps
from latents import Latents
from model import Config, DiT, Gates, compile_blocks, init_routers, share_of_work


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latents", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="weights to start from: .safetensors, .pt")
    parser.add_argument("--init-manifest", type=Path, help="the manifest of --init: its label rows are matched by name")
    parser.add_argument("--heads", type=int, help="number of heads of --init, where its size does not tell")
    parser.add_argument("--objective", choices=["flow", "epsilon"], default="flow")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--num-heads", type=int, default=8)
    parser.add_argument("--patch", type=int, default=2)
    parser.add_argument("--dynamic", action="store_true")
    parser.add_argument("--target", type=float, default=0.6, help="lambda: the share of the blocks' multiply-adds aimed at")
    parser.add_argument("--ramp", type=float, default=0.5)
    parser.add_argument("--tau", type=float, default=5.0)
    parser.add_argument("--width-bias", type=float, default=15.0, help="where the width routers' logits start")
    parser.add_argument("--token-bias", type=float, default=35.0, help="where the token routers' logits start")
    parser.add_argument("--width-lr", type=float, help="learning rate of the width routers, default --lr")
    parser.add_argument("--token-lr", type=float, help="learning rate of the token routers, default --lr")
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--minutes", type=float, help="stop after so much training time instead; the schedules follow the clock")
    parser.add_argument("--route", type=float, default=0.0, help="static training: share of the tokens that go around the middle blocks (TREAD), for the first --route-for of the run")
    parser.add_argument("--route-for", type=float, default=0.75)
    parser.add_argument("--batch", type=int, default=64, help="pictures a step and process (dynamic: half L_dynamic, half L_complete)")
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--drop", type=float, default=0.1, help="share of pictures that lose their labels, for guidance")
    parser.add_argument("--ema", type=float, default=0.999)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--vae", type=Path, help="draw samples.png with this VAE")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--no-bf16", action="store_true")
    parser.add_argument("--threads", type=int)
    return parser.parse_args()


def make_model(args, data):
    """The model of --init, or a new one that fits the latents; dynamic where asked."""
    channels, side = data.meta["shape"][0], data.meta["shape"][1]
    classes, styles = [c["name"] for c in data.meta["classes"]], data.meta["styles"]
    scale = 1000.0 if args.objective == "flow" else 1.0
    if not args.init:
        config = Config(side, args.patch, channels, args.hidden, args.depth, args.num_heads, 4.0, len(classes), len(styles), args.objective == "epsilon", scale, args.dynamic)
        return DiT(config)
    state = read_state(args.init)
    if args.init_manifest:
        manifest = json.loads(args.init_manifest.read_text())
        state = select_rows(state, {"classes": [c["name"] for c in manifest["classes"]], "styles": manifest["styles"]}, {"classes": classes, "styles": styles})
        args.heads = args.heads or manifest["dit"]["num_heads"]
    config = config_of(state, args.heads or (args.num_heads if args.objective == "flow" else None), scale)
    if (config.in_channels, config.input_size) != (channels, side):
        raise SystemExit(f"--init takes latents of {config.in_channels} x {config.input_size}^2, {args.latents} holds {channels} x {side}^2")
    if config.num_classes < len(classes) or (styles and config.num_styles != len(styles)):
        raise SystemExit(f"--init knows {config.num_classes} classes and {config.num_styles} styles, {args.latents} has {len(classes)} and {len(styles)}")
    config.dynamic = args.dynamic  # static training of a dynamic --init leaves its routers out: they were of other weights
    model = DiT(config)
    if config.dynamic:
        init_routers(model, args.width_bias, args.token_bias)
    load_into(model, state)
    return model


def parameter_groups(model, args):
    """What the optimiser takes: the network's parameters, the width routers', the token routers', each with the scale of
    its learning rate. The routers are not clipped: their gradients would set the scale for everything else."""
    kinds = {"network": [], "width": [], "tokens": []}
    for name, p in model.named_parameters():
        if p.requires_grad:
            kinds["tokens" if "token_selection" in name else "width" if "_rate.router" in name else "network"].append(p)
    rates = {"network": args.lr, "width": args.width_lr or args.lr, "tokens": args.token_lr or args.lr}
    return [{"params": found, "scale": rates[kind] / args.lr} for kind, found in kinds.items() if found]


def step_loss(model, args, x, labels, target, route=0.0):
    """The whole loss of one step, and its parts as numbers. x (B,C,S,S)."""
    B, device = len(x), x.device
    loss_of = flow_loss if args.objective == "flow" else epsilon_loss
    at = lambda t: t.to(device) if args.objective == "flow" else (t * STEPS).long().clamp(max=STEPS - 1).to(device)
    dropped = drop_labels(B, args.drop, labels["s"] is not None)
    labels = dict(labels, dropped=dropped[0].to(device), dropped_style=dropped[1].to(device))
    if not args.dynamic:
        t = logit_normal_timesteps(B) if args.objective == "flow" else torch.rand(B)
        complete = loss_of(model, x, at(t), dict(labels, route=route)).mean()
        return complete, {"loss": complete.item()}
    # One half of the batch through open gates, one through the routers; both cover all timesteps in quarters.
    half, gates = B // 2, Gates("train", args.tau)
    first, second = ({k: v if v is None else v[part] for k, v in labels.items()} for part in (slice(half), slice(half, None)))
    dynamic = loss_of(model, x[:half], at(stratified_timesteps(half)), dict(first, gates=gates)).mean()
    complete = loss_of(model, x[half:], at(stratified_timesteps(B - half)), second).mean()
    share = share_of_work(model.config, *gates.stacked()).mean()
    loss = dynamic + complete + 2 * (share - target) ** 2
    return loss, {"loss": loss.item(), "dynamic": dynamic.item(), "complete": complete.item(), "share": share.item(), "target": target}


@torch.no_grad()
def draw(model, ema, data, vae_path, machine, path, args, count=32):
    """samples.png: fixed seeds and labels, the EMA weights, both toggles on for a dynamic model."""
    from vae import decode, load

    kept = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(ema.shadow)
    generator = torch.Generator().manual_seed(7)
    index = torch.randperm(len(data.cls), generator=generator)[:count].numpy()
    noise = torch.randn(count, *data.meta["shape"], generator=generator).to(machine.device)
    _, y, s = data.batch(index)
    y, s = y.to(machine.device), s.to(machine.device) if data.meta["styles"] else None
    predict = guided(model, model.config, 2.5)
    with machine.autocast():
        z = sample_flow(lambda z, t: predict(z, t, y, s, Gates("eval") if args.dynamic else None), noise, 20)
        vae = load(vae_path).to(machine.device).eval()
        pictures = to_pixels(decode(vae, z))
    grid(pictures, 8, path)
    model.load_state_dict(kept)


def main():
    args = arguments()
    machine = Machine(args.threads)
    data = Latents(args.latents)
    torch.manual_seed(args.seed)
    model = make_model(args, data).to(machine.device)
    if args.dynamic and args.batch % 8:
        raise SystemExit(f"--batch {args.batch} must be a multiple of 8: two halves of four quarters")
    groups = parameter_groups(model, args)
    optimiser = torch.optim.AdamW(groups, lr=args.lr, weight_decay=args.weight_decay, betas=(0.9, 0.99), fused=True)
    ema = Ema(model, args.ema)
    first, spent = 0, 0.0
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint = load_checkpoint(args.out / "last.pt")
    if checkpoint:
        if checkpoint["config"] != model.config.asdict():
            raise SystemExit(f"{args.out}/last.pt is of another model: {checkpoint['config']}")
        model.load_state_dict(checkpoint["model"])
        ema.load_state_dict(checkpoint["ema"])
        optimiser.load_state_dict(checkpoint["optimiser"])
        first, spent = checkpoint["step"], checkpoint["seconds"]
        tqdm.write(f"resumed at step {first}")
    if args.compile:
        compile_blocks(model)
    if machine.main:
        tqdm.write(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {len(data.train)} pictures, {machine.world} process(es) on {machine.device}")
        log = Log(args.out, first)
    speed, began = Speed(), time.time()

    bar = tqdm(total=args.steps, initial=first, desc="dynamic" if args.dynamic else "static", mininterval=5, disable=not machine.main)
    step = first
    while True:
        elapsed = spent + time.time() - began
        progress = elapsed / 60 / args.minutes if args.minutes else step / args.steps
        if progress >= 1:
            break
        seed_step(args.seed, step, machine.rank)
        peak = learning_rate(int(progress * 1e6), 1_000_000, args.lr, 0) * min(1, (step + 1) / 50)
        for group in optimiser.param_groups:
            group["lr"] = peak * group["scale"]
        target = 1 + (args.target - 1) * min(1, progress / args.ramp)
        index = data.train[torch.randint(len(data.train), (args.batch,)).numpy()]
        x, y, s = data.batch(index)
        labels = {"y": y.to(machine.device), "s": s.to(machine.device) if data.meta["styles"] else None}
        with machine.autocast(not args.no_bf16):
            loss, parts = step_loss(model, args, x.to(machine.device), labels, target, args.route if progress < args.route_for else 0.0)
        if not torch.isfinite(loss):
            raise SystemExit(f"the loss is {loss.item()} at step {step}; a lower --lr, or --no-bf16, may help")
        optimiser.zero_grad()
        loss.backward()
        machine.average_gradients([p for group in groups for p in group["params"]])
        torch.nn.utils.clip_grad_norm_(groups[0]["params"], 1.0)
        optimiser.step()
        ema.update(model)
        rate = speed.add(args.batch * machine.world)
        step += 1
        bar.update()
        if machine.main and (step - 1) % 10 == 0:
            log.write(step=step - 1, **{k: round(v, 5) for k, v in parts.items()}, pictures_per_s=round(rate, 1))
            bar.set_postfix({k: f"{v:.3f}" for k, v in parts.items()} | {"pictures_per_s": f"{rate:.1f}"})
        if machine.main and step % args.save_every == 0:
            save(args, model, ema, optimiser, step, spent + time.time() - began)
            log.plot(args.out / "loss.png", list(parts))
            if args.vae and step % (5 * args.save_every) == 0:
                draw(model, ema, data, args.vae, machine, args.out / "samples.png", args)
    if machine.main:
        save(args, model, ema, optimiser, step, spent + time.time() - began)
        log.plot(args.out / "loss.png", list(parts) if step > first else ["loss"])
        if args.vae:
            draw(model, ema, data, args.vae, machine, args.out / "samples.png", args)
        tqdm.write(f"{step} steps, {step * args.batch * machine.world} pictures seen")


def save(args, model, ema, optimiser, step, seconds):
    state = {"model": model.state_dict(), "ema": ema.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "seconds": seconds, "config": model.config.asdict()}
    save_atomic(state, args.out / "last.pt")
    write_safetensors(args.out / "model.safetensors", ema.shadow, {"config": json.dumps(model.config.asdict()), "step": str(step)})


if __name__ == "__main__":
    main()
