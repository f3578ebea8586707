"""The VAE: diffusers' AutoencoderKL, small, factor 8. `python vae.py --data CACHE --out RUN`

RUN/last.pt                 everything needed to go on after a kill
RUN/vae.safetensors         encoder and decoder, f32, the latents' mean and deviation folded in
RUN/log.csv, loss.png, reconstructions.png (left of each pair: real)

Loss: L1 of pixels + L1 of pixel differences (edges are what an emoji is) + a small KL. --init takes a decoder
to start from, --freeze-decoder trains the encoder alone, so that the latent space stays what it was.
"""
import argparse, json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from safetensors.torch import load_file
from tqdm import tqdm

from common import Log, Machine, Speed, grid, learning_rate, load_checkpoint, psnr, save_atomic, seed_step, to_pixels, to_unit, write_safetensors
from data import Pictures

EMOJI = dict(latent_channels=8, block_out_channels=[32, 64, 96, 128], layers_per_block=1, norm_num_groups=16, mid_block_add_attention=False, scaling_factor=1.0)


def build(config=EMOJI):
    depth = len(config["block_out_channels"])
    return AutoencoderKL(down_block_types=["DownEncoderBlock2D"] * depth, up_block_types=["UpDecoderBlock2D"] * depth, **config)


def load(path, config=EMOJI):
    """The VAE of a safetensors file; a file without an encoder leaves the encoder as it was initialised."""
    vae = build(config)
    missing, unexpected = vae.load_state_dict({k: v.float() for k, v in load_file(path).items()}, strict=False)
    missing = [k for k in missing if not k.startswith(("encoder.", "quant_conv."))]
    if missing or unexpected:
        raise SystemExit(f"{path} is no VAE of this configuration: lacks {missing[:3]}, has {unexpected[:3]}")
    return vae


def moments(vae, x):
    """x (B,3,S,S) -> mean, logvar (B,C,S/8,S/8)."""
    mean, logvar = vae.quant_conv(vae.encoder(x)).float().chunk(2, 1)
    return mean, logvar.clamp(-20, 10)


def decode(vae, z):
    return vae.decoder(vae.post_quant_conv(z))  # (B,3,S,S)


def loss_of(vae, x, kl_weight):
    mean, logvar = moments(vae, x)
    z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
    y = decode(vae, z).float()
    pixels = (y - x).abs().mean()
    edges = ((y - x).diff(dim=2)).abs().mean() + ((y - x).diff(dim=3)).abs().mean()
    kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
    return pixels + edges + kl_weight * kl, pixels


def crops(images, index, size, generator=None):
    """Random size x size windows of uint8 pictures -> (B,3,size,size) in -1..1; a white border keeps edges in reach."""
    picked = images[index]
    S = picked.shape[1]
    if size >= S:
        return to_unit(picked)
    corner = torch.randint(0, S - size + 1, (len(index), 2), generator=generator).tolist()
    return torch.cat([to_unit(p[None, i : i + size, j : j + size]) for p, (i, j) in zip(picked, corner)])


@torch.no_grad()
def reconstruct(vae, images, machine, batch=16):
    out = []
    vae.eval()
    for start in range(0, len(images), batch):
        with machine.autocast():
            mean, _ = moments(vae, to_unit(images[start : start + batch]).to(machine.device))
            out.append(torch.from_numpy(to_pixels(decode(vae, mean))))
    vae.train()
    return torch.cat(out).numpy()


@torch.no_grad()
def encode(vae, images, machine, batch=16):
    """uint8 (n,S,S,3) -> latents (n,C,S/8,S/8) float32: the means."""
    vae.eval()
    out = []
    for start in tqdm(range(0, len(images), batch), desc="encode", unit="batch"):
        with machine.autocast():
            out.append(moments(vae, to_unit(images[start : start + batch]).to(machine.device))[0].float().cpu())
    return torch.cat(out)


@torch.no_grad()
def fold_normalisation(vae, mean, std):
    """Latents become (z - mean)/std, and post_quant_conv undoes it: z -> z*std + mean. Pictures do not change."""
    post, quant, C = vae.post_quant_conv, vae.quant_conv, len(mean)
    post.bias += (post.weight * mean.view(1, -1, 1, 1)).sum((1, 2, 3))
    post.weight *= std.view(1, -1, 1, 1)
    quant.weight[:C] /= std.view(-1, 1, 1, 1)
    quant.bias[:C] = (quant.bias[:C] - mean) / std
    quant.bias[C:] -= 2 * std.log()  # the posterior's deviation shrinks with the latent


def check_gradients(vae, x, machine):
    """The cosine between bf16 and f32 gradients of the worst parameter: bf16 GroupNorm was wrong in an old PyTorch."""
    found = []
    for enabled in (False, True):
        vae.zero_grad()
        torch.manual_seed(0)
        with machine.autocast(enabled):
            loss_of(vae, x, 1e-6)[0].backward()
        found.append({k: p.grad.flatten().float() for k, p in vae.named_parameters() if p.grad is not None})
    cosine = {k: F.cosine_similarity(found[0][k], found[1][k], 0).item() for k in found[0] if found[0][k].norm() > 1e-8}
    worst = min(cosine, key=cosine.get)
    return cosine[worst], worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="a VAE, or a decoder alone, to start from")
    parser.add_argument("--freeze-decoder", action="store_true")
    parser.add_argument("--freeze-encoder", action="store_true")
    parser.add_argument("--config", type=Path, help="a JSON file of AutoencoderKL arguments in place of the emoji VAE's")
    parser.add_argument("--score", action="store_true", help="train nothing: PSNR of --init on the held-out pairs, and a grid")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--kl", type=float, default=1e-6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()

    machine = Machine(args.threads)
    data = Pictures(args.data)
    torch.manual_seed(args.seed)
    config = json.loads(args.config.read_text()) if args.config else EMOJI
    vae = (load(args.init, config) if args.init else build(config)).to(machine.device)
    args.out.mkdir(parents=True, exist_ok=True)
    if args.score:
        pictures = reconstruct(vae, data.images[data.test], machine)
        db = psnr(data.images[data.test], pictures)
        print(f"held-out PSNR {db.mean():.2f} dB (median {np.median(db):.2f}, worst {db.min():.2f}) of {len(db)} pictures")
        return grid(np.stack([p for pair in zip(data.images[data.test], pictures) for p in pair])[:96], 12, args.out / "reconstructions.png")
    for module, frozen in ((vae.decoder, args.freeze_decoder), (vae.post_quant_conv, args.freeze_decoder), (vae.encoder, args.freeze_encoder), (vae.quant_conv, args.freeze_encoder)):
        module.requires_grad_(not frozen)
    optimiser = torch.optim.AdamW([p for p in vae.parameters() if p.requires_grad], lr=args.lr, weight_decay=0.0, betas=(0.9, 0.99))
    checkpoint = load_checkpoint(args.out / "last.pt")
    first = 0
    if checkpoint:
        vae.load_state_dict(checkpoint["vae"])
        optimiser.load_state_dict(checkpoint["optimiser"])
        first = checkpoint["step"]
        print(f"resumed at step {first}")
    else:
        cosine, worst = check_gradients(vae, crops(data.images, data.train[:4], args.crop).to(machine.device), machine)
        print(f"bf16 against f32 gradients: worst cosine {cosine:.4f} ({worst})")
        if cosine < 0.9:
            raise SystemExit("bf16 gradients are wrong on this machine; a newer PyTorch is needed")
    log, speed = Log(args.out, first), Speed()
    shown = data.test[:: max(1, len(data.test) // 24)][:24]

    bar = tqdm(range(first, args.steps), initial=first, total=args.steps, desc="vae", mininterval=5)
    for step in bar:
        seed_step(args.seed, step)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.lr, 50)
        index = data.train[torch.randint(len(data.train), (args.batch,)).numpy()]
        x = crops(data.images, index, args.crop).to(machine.device)
        with machine.autocast():
            loss, pixels = loss_of(vae, x, args.kl)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimiser.step()
        rate = speed.add(args.batch)
        if step % 10 == 0:
            log.write(step=step, loss=round(loss.item(), 5), pixels=round(pixels.item(), 5), pictures_per_s=round(rate, 1))
            bar.set_postfix(loss=f"{loss.item():.4f}", crops_per_s=f"{rate:.1f}")
        if (step + 1) % args.save_every == 0 or step + 1 == args.steps:
            save_atomic({"vae": vae.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}, args.out / "last.pt")
            pictures = reconstruct(vae, data.images[shown], machine)
            tqdm.write(f"step {step + 1}: held-out PSNR {psnr(data.images[shown], pictures).mean():.2f} dB of {len(shown)} pictures, {rate:.1f} crops/s")
            pairs = [p for pair in zip(data.images[shown], pictures) for p in pair]
            grid(np.stack(pairs), 12, args.out / "reconstructions.png")
            log.plot(args.out / "loss.png", ["loss", "pixels"])

    if not args.freeze_encoder:
        z = encode(vae, data.images[data.train[:1024]], machine)
        fold_normalisation(vae, z.mean((0, 2, 3)), z.std((0, 2, 3)))
    write_safetensors(args.out / "vae.safetensors", vae.state_dict(), {"config": json.dumps(config)})


if __name__ == "__main__":
    main()
