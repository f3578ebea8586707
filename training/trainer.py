"""One training run of train.py: its model, optimiser, average and log, one step of it, and its checkpoints."""

import copy, json

import torch
from tqdm import tqdm

from augment import CONDITIONS
from checkpoints import config_of, load_into, read_state, select_conditions, select_rows
from common import Ema, Log, load_checkpoint, save_atomic, write_safetensors
from gates import init_routers
from machine import Clock, learning_rate
from model import Config, DiT, compile_blocks
from objectives import step_loss
from watch import Watch


def make_model(args, data):
    """The model of --init, or a new one that fits the latents; dynamic and with few steps where asked."""
    channels, side = data.meta["shape"][0], data.meta["shape"][1]
    classes, styles = [c["name"] for c in data.meta["classes"]], data.meta["styles"]
    flow, conditions = args.objective == "flow", len(CONDITIONS) if styles else 0
    jump_blocks = args.jump_blocks if args.fast else 0
    if not args.init:
        return DiT(
            Config(
                input_size=side,
                patch_size=args.patch,
                in_channels=channels,
                hidden_size=args.hidden,
                depth=args.depth,
                num_heads=args.num_heads,
                num_classes=len(classes),
                num_styles=len(styles),
                learn_sigma=not flow,
                conditions=conditions,
                timestep_scale=1000.0 if flow else 1.0,
                dynamic=args.dynamic,
                jump_blocks=jump_blocks,
            )
        )
    state = read_state(args.init)
    if args.init_manifest:
        known = json.loads(args.init_manifest.read_text())
        old = {"classes": [c["name"] for c in known["classes"]], "styles": known["styles"]}
        state = select_rows(state, old, {"classes": classes, "styles": styles})
        state = select_conditions(state, known["dit"].get("condition_names", []))
        args.heads = args.heads or known["dit"]["num_heads"]
    config = config_of(state, args.heads or (args.num_heads if flow else None), 1000.0 if flow else 1.0, jump_blocks)
    if (config.in_channels, config.input_size) != (channels, side):
        held = f"{channels} x {side}^2"
        raise SystemExit(
            f"--init takes latents of {config.in_channels} x {config.input_size}^2, {args.latents} holds {held}"
        )
    if config.num_classes < len(classes) or (styles and config.num_styles != len(styles)):
        held = f"{len(classes)} and {len(styles)}"
        raise SystemExit(
            f"--init knows {config.num_classes} classes and {config.num_styles} styles, {args.latents} has {held}"
        )
    # Static training of a dynamic --init leaves its routers out: they were of other weights.
    config.dynamic, config.conditions = args.dynamic, config.conditions or conditions
    model = DiT(config)
    if config.dynamic:
        init_routers(model, args.width_bias, args.token_bias)
    load_into(model, state)
    return model


def parameter_groups(model, args):
    """What the optimiser takes: the network's parameters, the width routers', the token routers', each with the scale
    of its learning rate. The routers are not clipped: their gradients would set the scale for everything else."""
    kinds = {"network": [], "width": [], "tokens": []}
    for name, p in model.named_parameters():
        if p.requires_grad:
            kinds["tokens" if "token_selection" in name else "width" if "_rate.router" in name else "network"].append(p)
    rates = {"network": args.lr, "width": args.width_lr or args.lr, "tokens": args.token_lr or args.lr}
    return [{"params": found, "scale": rates[kind] / args.lr} for kind, found in kinds.items() if found]


class Run:
    """One training run: what goes into a checkpoint, and how it is written, resumed and looked at."""

    def __init__(self, args, machine, data):
        torch.manual_seed(args.seed)
        self.args, self.machine, self.data = args, machine, data
        self.model = machine.put(make_model(args, data))
        self.groups = parameter_groups(self.model, args)
        self.optimiser = torch.optim.AdamW(
            self.groups, lr=args.lr, weight_decay=args.weight_decay, betas=(0.9, 0.99), fused=True
        )
        # The average is a model, too: it is what is watched and kept, and the teacher of few-step training.
        self.teacher = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.began = copy.deepcopy(self.teacher) if args.distil else None  # before any step, in a resumed run, too
        self.ema, self.clock = Ema(self.teacher, args.ema), Clock(args.steps, args.minutes)
        self.ema.shadow = self.teacher.state_dict()  # the same memory
        self.best, self.seen = float("inf"), {}  # the lowest held-out loss, and what watch.py saw last
        args.out.mkdir(parents=True, exist_ok=True)
        if saved := load_checkpoint(args.out / "last.pt"):
            if saved["config"] != self.model.config.asdict():
                raise SystemExit(f"{args.out}/last.pt is of another model: {saved['config']}")
            self.model.load_state_dict(saved["model"])
            self.ema.load_state_dict(saved["ema"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.clock = Clock(args.steps, args.minutes, saved["step"], saved["seconds"])
            self.best, self.seen = saved["best"], saved["seen"]
            tqdm.write(f"resumed at step {self.clock.step}")
        if args.compile:
            compile_blocks(self.model)
        self.train, self.watch = machine.put(data.train), None
        self.log = Log(args.out, self.clock.step) if machine.main else None

    def step(self):
        """One step of the optimiser; its loss's parts, still on the device."""
        args, clock, data = self.args, self.clock, self.data
        self.machine.seed(args.seed, clock.step)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(clock.progress, args.lr, clock.step) * group["scale"]
        x, labels = data.draw(self.train, args.batch)
        route = args.route if clock.progress < args.route_for else 0.0
        with self.machine.autocast(args.bf16):
            loss, parts = step_loss(
                self.model, self.began or self.teacher, args, x, labels, min(1.0, clock.progress / args.ramp), route
            )
        self.optimiser.zero_grad()
        loss.backward()
        self.machine.average_gradients([p for group in self.groups for p in group["params"]])
        torch.nn.utils.clip_grad_norm_(self.groups[0]["params"], 1.0)
        self.optimiser.step()
        self.ema.update(self.model)
        clock.step += 1
        return parts

    def save(self):
        clock, config = self.clock, self.model.config.asdict()
        state = {
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        state |= {"step": clock.step, "seconds": clock.seconds, "config": config, "best": self.best, "seen": self.seen}
        save_atomic(state, self.args.out / "last.pt")
        names = {"config": json.dumps(config), "step": str(clock.step)}
        write_safetensors(self.args.out / "model.safetensors", self.ema.shadow, names)

    def look(self):
        """Held-out loss and copies of the averaged weights into `seen`; says whether that is enough: more copies than
        allowed, and a held-out loss 2 % above its best."""
        self.watch = self.watch or Watch(self.data, self.machine)
        self.seen = {k: round(v, 5) for k, v in self.watch.look(self.teacher).items()}
        self.best = min(self.best, self.seen["held_loss"])
        return self.seen["copies"] > self.args.stop_copies and self.seen["held_loss"] > 1.02 * self.best
