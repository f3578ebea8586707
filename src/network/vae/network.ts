import { wholeAxis } from '../../ops/axis';
import type { ConvLayer } from '../../ops/layer';
import { multiplyAdds } from '../../ops/cost';
import { allRows, reachOf, wholePicture, type Pixels, type RowSpan } from '../../ops/pixels';
import type { Program } from '../../ops/program';
import { Recorder, type ConvOptions } from '../../ops/recorder';
import { denseFloats, denseWords, rowsOf, type Tensor } from '../../ops/tensor';
import { isTiny, type DecoderConfig, type VaeConfig } from '../config';
import { convLayer } from './conv-layer';
import { doubled } from './doubled';
import { heldSource, stripsOf, usualMemory, type DecoderMemory, type Source } from './strips';
import { recordTinyDecoder } from './tiny-network';

/** Pictures have three channels: red, green, blue. */
export const pictureChannels = 3;

const label = 'VaeDecoder';

/** eps of every norm in diffusers' AutoencoderKL. */
const eps = 1e-6;

/** What decides the shape of a decoder. */
export interface DecoderShape {
  readonly config: DecoderConfig;
  /** S */
  readonly latentSide: number;
  /** Whether the checkpoint has `post_quant_conv`. */
  readonly postQuantConv: boolean;
  /** `usualMemory` where absent. The picture is the same, bit for bit. */
  readonly memory?: DecoderMemory;
}

/** Pixels a side of the decoded picture. */
export function pictureSide({
  config,
  latentSide,
}: Pick<DecoderShape, 'config' | 'latentSide'>): number {
  return latentSide * 2 ** (config.blockOutChannels.length - 1);
}

/** Storage of the decoder, by the names its program binds it with. */
export function decoderSpecs(shape: Pick<DecoderShape, 'config' | 'latentSide'>) {
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

/** A decoder of either kind, latent -> picture. */
export function recordDecoder(shape: DecoderShape): Program {
  const { config, postQuantConv, memory } = shape;
  const specs = decoderSpecs(shape);
  if (isTiny(config)) {
    const net = new Recorder(label);
    const latent = net.external('latent', specs.latent);
    const image = net.external('image', specs.image);
    recordTinyDecoder(net, config, { latent, image, memory });
    return finish(net, image, specs);
  }
  const net = new DecoderRecorder(config.normNumGroups, memory);
  const latent = net.external('latent', specs.latent);
  const image = net.external('image', specs.image);
  recordLayers(net, config, { latent, image, postQuantConv });
  return finish(net, image, specs);
}

function finish(net: Recorder, image: Tensor, specs: ReturnType<typeof decoderSpecs>): Program {
  net.picture(image, net.external('picture', specs.picture), net.external('flags', specs.flags));
  return net.finish();
}

/**
 * The decoder half of diffusers' AutoencoderKL, latent -> image (pixels, 3). Large pictures are normed in
 * strips of rows, by the statistics of the whole, and never held doubled before their channels are
 * fewer: beside the strips, memory holds two tensors of the last level and half of one.
 */
function recordLayers(
  net: DecoderRecorder,
  config: VaeConfig,
  of: { readonly latent: Tensor; readonly image: Tensor; readonly postQuantConv: boolean },
): void {
  const { latent, image, postQuantConv } = of;
  const levels = [...config.blockOutChannels].reverse();
  let x = net.latentToPixels(latent, 1 / config.scalingFactor); // (S*S, C)
  if (postQuantConv) x = net.conv(x, convLayer('post_quant_conv', config.latentChannels, x, 1)); // (S*S, C)
  x = net.conv(x, convLayer('decoder.conv_in', levels[0], x, 3)); // (S*S, top)
  x = net.resnet('decoder.mid_block.resnets.0', heldSource(x), levels[0]);
  if (config.midBlockAddAttention) x = net.selfAttention('decoder.mid_block.attentions.0', x);
  x = net.resnet('decoder.mid_block.resnets.1', heldSource(x), levels[0]);
  let source: Source = heldSource(x);
  for (const [level, channels] of levels.entries()) {
    const key = `decoder.up_blocks.${level}`;
    for (let i = 0; i <= config.layersPerBlock; i++) {
      x = net.resnet(`${key}.resnets.${i}`, source, channels); // (pixels, channels)
      source = heldSource(x);
    }
    if (level + 1 < levels.length) {
      source = net.doubled(`${key}.upsamplers.0.conv`, x, levels[level + 1]); // (4 * pixels, channels)
    }
  }
  const out = convLayer('decoder.conv_out', pictureChannels, x, 3);
  const norm = net.statistics('decoder.conv_norm_out', source);
  net.normedConv(source, { ...norm, silu: true }, out, { into: wholePicture(image) }); // (pixels, 3)
}

/** Statistics of a picture as a norm has them (3, C), and whether SiLU follows. */
interface Norm {
  readonly statistics: Tensor;
  readonly silu: boolean;
}

/** Adds what the decoder is built of to the recorder's ops. */
class DecoderRecorder extends Recorder {
  readonly #groups: number;
  readonly #memory: DecoderMemory;

  constructor(groups: number, memory: DecoderMemory = usualMemory) {
    super(label);
    this.#groups = groups;
    this.#memory = memory;
  }

  /**
   * Statistics of a whole picture, strip by strip.
   * @param alongside what else is made of each strip while it is there
   */
  statistics(
    name: string,
    x: Source,
    alongside: (strip: Pixels, rows: RowSpan) => void = () => undefined,
  ): Pick<Norm, 'statistics'> {
    const moments = this.moments(x.side, x.channels); // (side, 2, C)
    for (const rows of this.#strips(x)) {
      const strip = x.rows(rows);
      this.rowMoments(strip, moments, rows);
      alongside(strip, rows);
    }
    const norm = { kind: 'norm', name, channels: x.channels } as const;
    const options = { groups: this.#groups, eps };
    return { statistics: this.groupStatistics(moments, norm, options) }; // (3, C)
  }

  /** conv(f(norm(x))), f = SiLU or identity, strip by strip -> (pixels, N) */
  normedConv(
    x: Source,
    { statistics, silu }: Norm,
    conv: ConvLayer,
    { into = this.pixels(x.side, allRows(x.side), conv.n), adds }: Omit<ConvOptions, 'rows'> = {},
  ): Pixels {
    for (const rows of this.#strips(x)) {
      const reach = reachOf(rows, conv.size, x.side);
      const normed = this.groupNorm(x.rows(reach), statistics, { silu, rows: reach });
      this.conv(normed, conv, { rows, into, adds });
    }
    return into;
  }

  /** shortcut(x) + conv2(SiLU(norm2(conv1(SiLU(norm1(x)))))) -> (pixels, channels) */
  resnet(key: string, x: Source, channels: number): Pixels {
    const shortcut = convLayer(`${key}.conv_shortcut`, channels, x, 1);
    const place = x.held ?? this.pixels(x.side, allRows(x.side), shortcut.n);
    const norm1 = this.statistics(`${key}.norm1`, x, (strip, rows) => {
      // Rows that are made as they are needed are put to both uses at once.
      if (!x.held) this.conv(strip, shortcut, { rows, into: place });
    });
    const conv1 = convLayer(`${key}.conv1`, channels, x, 3);
    const hidden = heldSource(this.normedConv(x, { ...norm1, silu: true }, conv1)); // (pixels, channels)
    const norm2 = this.statistics(`${key}.norm2`, hidden);
    const shortened = x.held && x.channels !== channels ? this.conv(x.held, shortcut) : place; // (pixels, channels)
    const conv2 = convLayer(`${key}.conv2`, channels, hidden, 3);
    return this.normedConv(hidden, { ...norm2, silu: true }, conv2, {
      into: shortened,
      adds: true,
    });
  }

  /** x + to_out(attention(norm(x))) with a single head -> (pixels, C) */
  selfAttention(key: string, x: Pixels): Pixels {
    const source = heldSource(x);
    const { channels } = source;
    const norm = this.statistics(`${key}.group_norm`, source);
    const n = { groups: 3, group: channels };
    const toQkv: ConvLayer = { kind: 'conv', name: `${key}.qkv`, n, channels, size: 1 };
    const qkv = this.normedConv(source, { ...norm, silu: false }, toQkv); // (pixels, 3, C)
    const attended = this.pixelAttention(qkv); // (pixels, C)
    const toOut = convLayer(`${key}.to_out.0`, channels, attended, 1);
    return this.conv(attended, toOut, { into: x, adds: true });
  }

  /**
   * conv of the picture with every pixel doubled -> (4 * pixels, C)
   * @param next channels after it: where they are fewer, a large picture is not held with all of them
   */
  doubled(name: string, x: Pixels, next: number): Source {
    const { group: channels } = x.tensor.axis;
    return doubled(
      this,
      heldSource(x),
      convLayer(name, channels, x, 3),
      (bytes) => next === channels || bytes <= this.#memory.doubled,
    );
  }

  #strips(x: Pick<Source, 'side' | 'channels'>): readonly RowSpan[] {
    return stripsOf(x, this.#memory.strip);
  }
}

/** Multiply-adds of decoding one latent; those of norms are left out. */
export function decoderCost(shape: DecoderShape): number {
  const program = recordDecoder(shape);
  const at = { evaluation: 0, rows: () => 0 };
  return program.ops.reduce((sum, op) => sum + multiplyAdds(op, program, at), 0);
}
