"""Trains the judge: `python classifier.py --data CACHE --out RUN`, on the training pairs, disturbed; states its
accuracy on the held-out pairs, which bounds what any score given by it can mean. RUN/classifier.pt, RUN/accuracy.json
"""

import torch
import torch.nn.functional as F
from tqdm import tqdm

from common import Ema, Log, load_checkpoint, save_atomic, to_unit, write_json
from judge import Classifier, disturb, judge, recognised
from machine import Clock, Machine, learning_rate
from options import options
from pictures import Pictures


def accuracy(model, data, index, machine):
    """The shares of recognised() for the data's pictures of these indices."""
    logits, styles, _ = judge(model, data.images[index], machine)
    return recognised(logits, styles, data.cls[index], data.style[index])


def main(argv=None):
    args = options(
        __doc__,
        argv,
        required=["data", "out"],
        stage="judge",
        steps=1500,
        minutes=float,
        batch=64,
        lr=2e-3,
        threads=int,
    )
    if (args.out / "accuracy.json").exists():
        return print(f"{args.out} is there")
    machine, data = Machine(args.threads), Pictures(args.data)
    torch.manual_seed(0)
    counts = {"classes": len(data.meta["classes"]), "styles": len(data.meta["styles"])}
    model = machine.put(Classifier(**counts))
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.05)
    ema, clock = Ema(model, 0.995), Clock(args.steps, args.minutes)
    args.out.mkdir(parents=True, exist_ok=True)
    if checkpoint := load_checkpoint(args.out / "classifier.pt"):
        model.load_state_dict(checkpoint["model"])
        ema.load_state_dict(checkpoint["ema"])
        optimiser.load_state_dict(checkpoint["optimiser"])
        clock = Clock(args.steps, args.minutes, checkpoint["step"], checkpoint["seconds"])
    log, images = Log(args.out, clock.step), machine.put(to_unit(data.images))  # (n,3,S,S)
    cls, style, train = machine.put([data.cls, data.style, data.train])

    def save():
        parts = {"model": model.state_dict(), "ema": ema.state_dict(), "optimiser": optimiser.state_dict()}
        save_atomic({**parts, **counts, "step": clock.step, "seconds": clock.seconds}, args.out / "classifier.pt")

    bar = tqdm(initial=clock.step, desc="judge", mininterval=5)
    while not clock.over:
        machine.seed(1, clock.step)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(clock.progress, args.lr, clock.step)
        index = train[torch.randint(len(train), (args.batch,), device=machine.device)]
        with machine.autocast():
            said_cls, said_style = model(disturb(images[index]))
        loss = F.cross_entropy(said_cls.float(), cls[index], label_smoothing=0.1) + F.cross_entropy(
            said_style.float(), style[index]
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        ema.update(model)
        clock.step += 1
        bar.update()
        if clock.step % 20 == 1:
            log.write(step=clock.step - 1, loss=round(loss.item(), 4))
            bar.set_postfix(loss=f"{loss.item():.3f}")
        if clock.step % 200 == 0:
            save()
            log.plot(args.out / "loss.png", ["loss"])
    save()
    model.load_state_dict(ema.shadow)
    model.eval()
    chosen = {"held_out": data.test, "train": data.train[:: max(1, len(data.train) // 256)]}
    found = {name: accuracy(model, data, index, machine) for name, index in chosen.items()}
    write_json(args.out / "accuracy.json", found)
    print(found)


if __name__ == "__main__":
    main()
