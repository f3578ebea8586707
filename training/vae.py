"""Trains the VAE (autoencoder.py): `python vae.py --data CACHE --out RUN [--recipe FILE]`

RUN/last.pt                 everything needed to go on after a kill
RUN/vae.safetensors         encoder and decoder of averaged weights, f32, the latents' mean and deviation folded in
RUN/score.json              decibels on held-out pairs, multiply-adds of a decode
RUN/log.csv, loss.png, reconstructions.webp (left of each pair: real)

Loss: L1 of pixels + L1 of pixel differences (edges are what an emoji is) + the judge's perceptual distance + a small
KL. init: weights to start from; freeze_encoder trains the decoder alone, so that the latent space stays what it was.
Crops smaller than the picture are for the first steps alone: group norms then see other statistics than whole pictures
have, and what was learned so tints white grounds. border: by so much more do the outermost pixels count (those of a
corner for both sides), where a convolution sees the zeros around a picture and leaves specks on white grounds. noise: a
DiT's latents are not quite those of a picture, and a decoder that has seen none but those draws what is off as grain.
"""

import json

import torch
import torch.nn.functional as F
from tqdm import tqdm

import judge as judge_
from augment import draw_moves, move
from autoencoder import EMOJI, Autoencoder, fold_normalisation, load
from codec import encode, reconstruct, score
from common import Ema, Log, load_checkpoint, psnr, save_atomic, write_safetensors
from machine import Clock, Machine, learning_rate
from options import options
from pictures import Pictures


def weights_of_pixels(size, border, width=4):
    """(size,size): 1 inside, 1 + border in the outermost `width` rows or columns, the square of that in corners."""
    near = torch.zeros(size)
    near[:width] = near[-width:] = border
    return (1 + near)[:, None] * (1 + near)


def loss_of(vae, x, kl_weight, *, judge=None, weight=0.0, noise=0.0, border=0.0):
    """x (B,3,S,S) -> the loss, and its parts as tensors. noise: the largest deviation of what is added to latents."""
    mean, logvar = vae.moments(x)
    z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
    z = z + noise * torch.rand(len(z), 1, 1, 1, device=z.device) * torch.randn_like(z)
    y = vae.decode(z).float()
    weighed = ((y - x).abs() * weights_of_pixels(x.shape[-1], border).to(x.device)).mean()
    pixels = (y - x).abs().mean()
    edges = (y - x).diff(dim=2).abs().mean() + (y - x).diff(dim=3).abs().mean()
    kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
    seen = judge_.perceptual(judge, y, x).float() if judge else torch.zeros((), device=x.device)
    return weighed + edges + kl_weight * kl + weight * seen, {"pixels": pixels, "seen": seen}


def batch_of(images, index, crop):
    """uint8 (n,S,S,3) on the device, index (B,) -> (B,3,crop,crop): half of them moved, all cut at one random
    corner."""
    x = images[index].permute(0, 3, 1, 2).float() / 127.5 - 1  # (B,3,S,S)
    half, S = len(x) // 2, x.shape[-1]
    x = torch.cat([x[:half], move(x[half:], draw_moves(len(x) - half, x.device))])
    i, j = torch.randint(0, max(1, S - crop + 1), (2,)).tolist()
    return x[:, :, i : i + crop, j : j + crop]


def check_gradients(vae, x, machine):
    """The cosine between bf16 and f32 gradients of all parameters: bf16 GroupNorm was wrong in an old PyTorch. vae: of
    weights as they are drawn at first; near an optimum, little but rounding is left of a gradient."""
    found = []
    for enabled in (False, True):
        vae.zero_grad()
        torch.manual_seed(0)
        with machine.autocast(enabled):
            loss_of(vae, x, 1e-6)[0].backward()
        found.append(torch.cat([p.grad.flatten().float() for p in vae.parameters() if p.grad is not None]))
    vae.zero_grad()
    return F.cosine_similarity(found[0], found[1], 0).item()


def build(args):
    """The VAE of the options: new, or of --init, of whose decoder a lighter one takes what fits."""
    config = {**EMOJI, "block_out_channels": args.decoder, "encoder_channels": args.encoder}
    vae = load(args.init, config) if args.init else Autoencoder(config)
    for module in (vae.encoder, vae.quant_conv):
        module.requires_grad_(not args.freeze_encoder)
    return vae


def main(argv=None):
    args = options(
        __doc__,
        argv,
        required=["data", "out"],
        stage="vae",
        init=None,
        freeze_encoder=False,
        score=False,
        judge=None,
        perceptual=0.1,
        encoder=[32, 64, 96, 128],
        decoder=[16, 32, 96, 128],
        steps=1000,
        minutes=float,
        batch=16,
        crop=64,
        lr=1e-3,
        kl=1e-6,
        noise=0.0,
        border=0.0,
        ema=0.998,
        seed=0,
        save_every=200,
        threads=int,
    )
    args.out.mkdir(parents=True, exist_ok=True)
    if (args.out / "score.json").exists():
        return print(f"{args.out} is there")
    machine, data = Machine(args.threads), Pictures(args.data)
    if args.score:
        return score(machine.put(load(args.init)).eval(), data, machine, args.out)
    torch.manual_seed(args.seed)
    vae = machine.put(build(args))
    judge = machine.put(judge_.load(args.judge)) if args.judge else None
    trained = [p for p in vae.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=args.lr, weight_decay=0.0, betas=(0.9, 0.99), fused=True)
    ema, clock = Ema(vae, args.ema), Clock(args.steps, args.minutes)
    images, train = machine.put(data.images), machine.put(data.train)
    if checkpoint := load_checkpoint(args.out / "last.pt"):
        vae.load_state_dict(checkpoint["vae"])
        ema.load_state_dict(checkpoint["ema"])
        optimiser.load_state_dict(checkpoint["optimiser"])
        clock = Clock(args.steps, args.minutes, checkpoint["step"], checkpoint["seconds"])
        print(f"resumed at step {clock.step}")
    elif machine.bf16:
        fresh = machine.put(Autoencoder(vae.config))
        cosine = check_gradients(fresh, batch_of(images, train[:4], args.crop), machine)
        print(f"bf16 against f32 gradients: cosine {cosine:.4f}")
        if cosine < 0.9:
            raise SystemExit("bf16 gradients are wrong on this machine; a newer PyTorch is needed")
    log, shown = Log(args.out, clock.step), data.test[:: max(1, len(data.test) // 24)][:24]
    averaged = machine.put(Autoencoder(vae.config)).eval()

    def save():
        parts = {"vae": vae.state_dict(), "ema": ema.state_dict(), "optimiser": optimiser.state_dict()}
        save_atomic({**parts, "step": clock.step, "seconds": clock.seconds}, args.out / "last.pt")
        averaged.load_state_dict(ema.shadow)
        db = psnr(data.images[shown], reconstruct(averaged, data.images[shown], machine)).mean()
        tqdm.write(
            f"step {clock.step}: held-out PSNR {db:.2f} dB of {len(shown)}, {clock.speed(args.batch):.1f} crops/s"
        )
        log.plot(args.out / "loss.png", ["loss", "pixels", "seen"])

    bar = tqdm(initial=clock.step, desc="vae", mininterval=5)
    while not clock.over:
        machine.seed(args.seed, clock.step)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(clock.progress, args.lr, clock.step)
        x = batch_of(images, train[torch.randint(len(train), (args.batch,), device=machine.device)], args.crop)
        with machine.autocast():
            eye = {"judge": judge, "weight": args.perceptual}
            loss, parts = loss_of(vae, x, args.kl, **eye, noise=args.noise, border=args.border)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        ema.update(vae)
        clock.step += 1
        bar.update()
        if clock.step % 10 == 1:
            log.write(
                step=clock.step - 1,
                loss=round(loss.item(), 5),
                **{k: round(v.item(), 5) for k, v in parts.items()},
                pictures_per_s=round(clock.speed(args.batch), 1),
            )
        if clock.step % args.save_every == 0:
            save()
    save()
    if not args.freeze_encoder:
        z = encode(averaged, data.images[data.train[:1024]], machine)
        fold_normalisation(averaged, z.mean((0, 2, 3)), z.std((0, 2, 3)))
    write_safetensors(args.out / "vae.safetensors", averaged.state_dict(), {"config": json.dumps(vae.config)})
    score(averaged, data, machine, args.out)


if __name__ == "__main__":
    main()
