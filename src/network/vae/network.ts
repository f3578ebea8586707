import { wholeAxis } from '../../ops/axis';
import type { ConvLayer } from '../../ops/layer';
import { multiplyAdds } from '../../ops/cost';
import { wholePicture, type Pixels } from '../../ops/pixels';
import type { Program } from '../../ops/program';
import { Recorder } from '../../ops/recorder';
import { denseFloats, denseWords, rowsOf } from '../../ops/tensor';
import type { VaeConfig } from '../config';

/** Pictures have three channels: red, green, blue. */
export const pictureChannels = 3;

/** eps of every norm in diffusers' AutoencoderKL. */
const eps = 1e-6;

/** What decides the shape of a decoder. */
export interface DecoderShape {
  readonly config: VaeConfig;
  /** S */
  readonly latentSide: number;
  /** Whether the checkpoint has `post_quant_conv`. */
  readonly postQuantConv: boolean;
}

/** Pixels a side of the decoded picture. */
export function pictureSide({ config, latentSide }: Omit<DecoderShape, 'postQuantConv'>): number {
  return latentSide * 2 ** (config.blockOutChannels.length - 1);
}

/** Storage of the decoder, by the names its program binds it with. */
export function decoderSpecs(shape: Omit<DecoderShape, 'postQuantConv'>) {
  const pixels = pictureSide(shape) ** 2;
  return {
    /** (C, S * S) */
    latent: denseFloats(shape.config.latentChannels, shape.latentSide ** 2),
    /** Before clamping, (pixels, 3), about -1..1. */
    image: rowsOf(pixels, wholeAxis(pictureChannels)),
    /** RGBA bytes, a word a pixel. */
    picture: denseWords(pixels, 1),
    /** Not 0 where the picture has a value that is not finite. */
    flags: denseWords(1, 1),
  };
}

/** The decoder half of diffusers' AutoencoderKL, latent -> picture. */
export function recordDecoder(shape: DecoderShape): Program {
  const { config, postQuantConv } = shape;
  const net = new DecoderRecorder(config);
  const specs = decoderSpecs(shape);
  const latent = net.external('latent', specs.latent);
  const levels = [...config.blockOutChannels].reverse();
  let x = net.latentToPixels(latent, 1 / config.scalingFactor); // (S*S, C)
  if (postQuantConv) x = net.conv(x, layer('post_quant_conv', x, config.latentChannels, 1)); // (S*S, C)
  x = net.conv(x, layer('decoder.conv_in', x, levels[0], 3)); // (S*S, top)
  x = net.resnet('decoder.mid_block.resnets.0', x, levels[0]);
  if (config.midBlockAddAttention) x = net.selfAttention('decoder.mid_block.attentions.0', x);
  x = net.resnet('decoder.mid_block.resnets.1', x, levels[0]);
  for (const [level, channels] of levels.entries()) {
    const key = `decoder.up_blocks.${level}`;
    for (let i = 0; i <= config.layersPerBlock; i++) {
      x = net.resnet(`${key}.resnets.${i}`, x, channels); // (pixels, channels)
    }
    if (level + 1 < levels.length) {
      const upsampler = layer(`${key}.upsamplers.0.conv`, x, channels, 3);
      x = net.conv(x, { ...upsampler, doubles: true }); // (4 * pixels, channels)
    }
  }
  x = net.normed('decoder.conv_norm_out', x, true);
  const image = net.external('image', specs.image);
  const out = layer('decoder.conv_out', x, pictureChannels, 3);
  net.conv(x, out, { into: wholePicture(image) }); // (pixels, 3)
  net.picture(image, net.external('picture', specs.picture), net.external('flags', specs.flags));
  return net.finish();
}

/** Adds what the decoder is built of to the recorder's ops. */
class DecoderRecorder extends Recorder {
  constructor(private readonly config: VaeConfig) {
    super('VaeDecoder');
  }

  /** GroupNorm (+ SiLU) -> (pixels, C) */
  normed(name: string, x: Pixels, silu: boolean): Pixels {
    const { group: channels } = x.tensor.axis;
    const groups = this.config.normNumGroups;
    const moments = this.moments(x); // (side, 2, C)
    this.rowMoments(x, moments);
    const layer = { kind: 'norm', name, channels } as const;
    const statistics = this.groupStatistics(moments, layer, { groups, eps }); // (3, C)
    return this.groupNorm(x, statistics, { silu });
  }

  /** shortcut(x) + conv2(SiLU(norm2(conv1(SiLU(norm1(x)))))) -> (pixels, channels) */
  resnet(key: string, x: Pixels, channels: number): Pixels {
    const normed1 = this.normed(`${key}.norm1`, x, true); // (pixels, C)
    const hidden = this.conv(normed1, layer(`${key}.conv1`, x, channels, 3)); // (pixels, channels)
    const normed2 = this.normed(`${key}.norm2`, hidden, true); // (pixels, channels)
    const shortcut =
      x.tensor.axis.group === channels
        ? x
        : this.conv(x, layer(`${key}.conv_shortcut`, x, channels, 1)); // (pixels, channels)
    const conv2 = layer(`${key}.conv2`, hidden, channels, 3);
    return this.conv(normed2, conv2, { into: shortcut, adds: true });
  }

  /** x + to_out(attention(norm(x))) with a single head -> (pixels, C) */
  selfAttention(key: string, x: Pixels): Pixels {
    const { group: channels } = x.tensor.axis;
    const normed = this.normed(`${key}.group_norm`, x, false); // (pixels, C)
    const n = { groups: 3, group: channels };
    const qkv = this.conv(normed, { kind: 'conv', name: `${key}.qkv`, n, channels, size: 1 }); // (pixels, 3, C)
    const attended = this.pixelAttention(qkv); // (pixels, C)
    const toOut = layer(`${key}.to_out.0`, x, channels, 1);
    return this.conv(attended, toOut, { into: x, adds: true });
  }
}

/** A convolution of x to `channels` channels. */
function layer(name: string, x: Pixels, channels: number, size: 1 | 3): ConvLayer {
  return { kind: 'conv', name, n: wholeAxis(channels), channels: x.tensor.axis.group, size };
}

/** Multiply-adds of decoding one latent; those of norms are left out. */
export function decoderCost(shape: DecoderShape): number {
  const program = recordDecoder(shape);
  const at = { evaluation: 0, rows: () => 0 };
  return program.ops.reduce((sum, op) => sum + multiplyAdds(op, program, at), 0);
}
