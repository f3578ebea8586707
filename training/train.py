"""Trains a DiT on latents, makes it take few steps, makes it dynamic.

From nothing:  python train.py --latents L --out RUN --recipe recipes/emoji.json --section static
Then fast and dynamic:  python train.py --latents L --out RUN2 --recipe recipes/emoji.json --section final \\
  --init RUN/model.safetensors
Then as good with less work:  the same with --section budget, --out RUN3 and --init RUN2/model.safetensors
An official DiT:  torchrun --nproc-per-node 4 train.py --latents L --out RUN --init DiT-XL-2-256x256.pt \\
  --objective epsilon --dynamic

RUN/last.pt            model, EMA, optimiser and step; the same command goes on from it after a kill at any moment
RUN/model.safetensors  the EMA weights, f32, written with every checkpoint; RUN/done.json when it is finished
RUN/log.csv, loss.png  losses, held-out loss and copies (watch.py), share of work; samples.webp with --vae
"""

from tqdm import tqdm

from common import write_json
from latents import Latents
from machine import Machine
from options import options
from trainer import Run

DEFAULTS = dict(
    init=None,
    init_manifest=None,
    vae=None,  # init_manifest: its label rows are matched to the latents' by name
    objective="flow",
    hidden=256,
    depth=8,
    num_heads=8,
    patch=2,
    heads=int,  # heads: of --init, where its size does not tell
    dynamic=False,
    fast=False,
    jump_blocks=2,
    blend=0.0,  # fast: few steps and guidance as an input
    target=0.5,
    lowest=0.3,
    work=2.0,  # the weight of the share's loss
    groups=1,
    ramp=0.5,
    tau=5.0,  # share of work as learned, the budget's lowest, budgets a step
    distil=False,
    jumps=1,  # distil: say what --init says with less work; fast: of four pictures how many ask for a jump, 1 or 2
    width_bias=15.0,
    token_bias=35.0,
    width_lr=float,
    token_lr=float,  # where routers start, and how fast they move
    steps=20000,
    minutes=float,
    batch=64,
    lr=3e-4,
    weight_decay=0.0,
    drop=0.1,
    ema=0.999,
    seed=0,
    route=0.0,
    route_for=0.75,  # static: the share of tokens that go around the middle blocks, and for how much of the run
    watch_every=1000,
    stop_copies=1.0,  # stop where the copies are more and the held-out loss has turned
    save_every=200,
    compile=False,
    bf16=True,
    threads=int,
)


def main(argv=None):
    args = options(__doc__, argv, required=["latents", "out"], stage="static", **DEFAULTS)
    if (args.out / "done.json").exists():
        return print(f"{args.out} is there")
    machine = Machine(args.threads)
    data = Latents(args.latents, machine)
    part = (32 if args.fast else 8) * args.groups
    if args.dynamic and args.batch % part:
        quarters = "two halves of four quarters" + (" with four kinds of question" if args.fast else "")
        raise SystemExit(f"--batch {args.batch} must be a multiple of {part}: {quarters} for each of --groups budgets")
    if args.distil and not (args.init and args.dynamic and args.objective == "flow") or args.jumps not in (1, 2):
        raise SystemExit("--distil is for --dynamic with --init and --objective flow, and --jumps is 1 or 2")
    run = Run(args, machine, data)
    clock, parts, enough = run.clock, {}, False
    count = sum(p.numel() for p in run.model.parameters()) / 1e6
    tqdm.write(f"{count:.2f} M parameters, {len(data.train)} pictures, {machine.world} process(es) on {machine.device}")
    bar = tqdm(initial=clock.step, desc=args.section, mininterval=5, disable=not machine.main)
    while not clock.over and not enough:
        parts = run.step()
        bar.update()
        if (clock.step - 1) % 10 == 0:
            shown = {k: round(v.item(), 5) for k, v in parts.items()}
            if shown["loss"] != shown["loss"]:
                raise SystemExit(
                    f"the loss is not a number at step {clock.step - 1}; a lower --lr, or --no-bf16, may help"
                )
        if (clock.step - 1) % args.watch_every == 0 and machine.world == 1:
            enough = run.look()
        if machine.main and (clock.step - 1) % 10 == 0:
            rate = clock.speed(args.batch * machine.world)
            run.log.write(step=clock.step - 1, **shown, **run.seen, pictures_per_s=round(rate, 1))
            bar.set_postfix({k: f"{v:.3f}" for k, v in (shown | run.seen).items()} | {"pictures_per_s": f"{rate:.0f}"})
        if machine.main and clock.step % args.save_every == 0:
            run.save()
            run.log.plot(args.out / "loss.png", [*parts, *run.seen])
    if machine.main:
        run.save()
        run.log.plot(args.out / "loss.png", [*parts, *run.seen])
        if args.vae:
            from sample import draw_grid

            draw_grid(run.teacher, data, args.vae, machine, args.out / "samples.webp")
        why = "copies" if enough else "schedule"
        write_json(
            args.out / "done.json",
            {
                "steps": clock.step,
                "pictures": clock.step * args.batch * machine.world,
                "seconds": round(clock.seconds),
                "stopped_by": why,
            },
        )
        tqdm.write(f"{clock.step} steps, {clock.step * args.batch * machine.world} pictures seen, stopped by the {why}")


if __name__ == "__main__":
    main()
