import { BufferArena } from '../../backend/webgpu/gpu/buffer';
import type { BoundKernel, Kernel, UniformBuffer } from '../../backend/webgpu/gpu/kernel';
import { bindConv1x1, bindConv3x3, paddedChannels } from '../../backend/webgpu/kernels/conv';
import { encodeDispatches, type Dispatch } from '../../backend/webgpu/kernels/dispatch';
import {
  bindGroupNorm,
  groupNormScratchFloats,
  type GroupNormScratch,
} from '../../backend/webgpu/kernels/group-norm';
import type { KernelLibrary } from '../../backend/webgpu/kernels/library';
import { bindWideAttention } from '../../backend/webgpu/kernels/wide-attention';
import { DyditError } from '../../errors';
import type { VaeConfig } from '../config';
import { operationCost, planDecoder, type DecoderPlan, type Operation } from './plan';
import type { VaeWeights } from './weights';

/** eps of every norm in diffusers' AutoencoderKL. */
const normEpsilon = 1e-6;

/**
 * Multiply-adds after which a new command buffer is begun, so that no single one holds a slow GPU
 * for seconds (desktops draw nothing in between, and Windows resets a driver after two).
 */
const submitMultiplyAdds = 20e9;

/**
 * The decoder bound to one latent size: `submit` allocates nothing on the GPU but a bind group for
 * a latent it has not seen before.
 */
export class BoundDecoder {
  readonly #latentBindings = new WeakMap<GPUBuffer, BoundKernel>();

  private constructor(
    private readonly library: KernelLibrary,
    readonly plan: DecoderPlan,
    private readonly arena: BufferArena,
    private readonly latentKernel: Kernel,
    private readonly latentDims: UniformBuffer,
    private readonly source: UniformBuffer,
    private readonly latentTarget: GPUBuffer,
    /** One list a command buffer. */
    private readonly batches: readonly (readonly Dispatch[])[],
    /** The picture before clamping, (pixels, 4). */
    readonly image: GPUBuffer,
    /** (pixels) RGBA bytes. */
    readonly picture: GPUBuffer,
    /** (1) set to 1 where the picture has a value that is not finite. */
    readonly flags: GPUBuffer,
  ) {}

  /** @throws DyditError `limit-too-small` where the picture does not fit the adapter */
  static async create(
    library: KernelLibrary,
    config: VaeConfig,
    weights: VaeWeights,
    latentSide: number,
  ): Promise<BoundDecoder> {
    const plan = planDecoder(config, latentSide, weights.hasPostQuantConv);
    const arena = new BufferArena(library.gpu, 'VaeDecoder');
    try {
      const binder = new OperationBinder(library, config, weights, plan, arena);
      // All at once, so that a driver can compile shaders side by side.
      const bound = await Promise.all(plan.operations.map((operation) => binder.bind(operation)));
      const batches: Dispatch[][] = [[]];
      let cost = 0;
      for (const [i, operation] of plan.operations.entries()) {
        cost += operationCost(operation);
        if (cost > submitMultiplyAdds) {
          batches.push([]);
          cost = operationCost(operation);
        }
        batches[batches.length - 1].push(...bound[i]);
      }
      const pixels = plan.image.side ** 2;
      const image = binder.slots[plan.image.slot];
      const picture = arena.create('picture', 4 * pixels);
      const flags = arena.create('flags', 4);
      const pictureKernel = await library.plain('picture');
      batches[batches.length - 1].push({
        kernel: pictureKernel.bind(
          'VaeDecoder.picture',
          { x: image, y: picture, flags },
          { dims: { pixels } },
        ),
        grid: [Math.ceil(pixels / 64), 1, 1],
      });
      const latentKernel = await library.plain('latentToNhwc');
      const latentDims = latentKernel.createUniform('VaeDecoder.latent', 'dims');
      latentDims.write({
        channels: config.latentChannels,
        pixels: latentSide ** 2,
        factor: 1 / config.scalingFactor,
      });
      const source = latentKernel.createUniform('VaeDecoder.latent', 'source');
      arena.adopt(latentDims);
      arena.adopt(source);
      for (const { kernel } of batches.flat()) arena.adopt(kernel);
      return new BoundDecoder(
        library,
        plan,
        arena,
        latentKernel,
        latentDims,
        source,
        binder.slots[plan.latent.slot],
        batches,
        image,
        picture,
        flags,
      );
    } catch (error) {
      arena.destroy();
      throw error;
    }
  }

  /**
   * Submits the decoding of one latent of a batch.
   * @param latent (images, C, S, S)
   */
  submit(latent: GPUBuffer, image: number): void {
    const { device } = this.library.gpu;
    const { side, channels } = this.plan.latent;
    this.source.write({ image });
    for (const [i, batch] of this.batches.entries()) {
      const encoder = device.createCommandEncoder({ label: 'VaeDecoder' });
      if (i === 0) encoder.clearBuffer(this.flags);
      const pass = encoder.beginComputePass({ label: 'VaeDecoder' });
      if (i === 0) {
        const columns = paddedChannels(channels) / 4;
        this.#latentBinding(latent).dispatch(pass, Math.ceil(side ** 2 / 64), columns);
      }
      encodeDispatches(pass, batch);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
  }

  destroy(): void {
    this.arena.destroy();
  }

  #latentBinding(latent: GPUBuffer): BoundKernel {
    let bound = this.#latentBindings.get(latent);
    if (!bound) {
      bound = this.latentKernel.bind('VaeDecoder.latent', {
        x: latent,
        y: this.latentTarget,
        dims: this.latentDims.buffer,
        source: this.source.buffer,
      });
      this.#latentBindings.set(latent, bound);
    }
    return bound;
  }
}

/** Binds operations of a plan to its buffers and the layers' weights. */
class OperationBinder {
  readonly slots: readonly GPUBuffer[];
  readonly #scratch: GroupNormScratch;

  constructor(
    private readonly library: KernelLibrary,
    private readonly config: VaeConfig,
    private readonly weights: VaeWeights,
    plan: DecoderPlan,
    arena: BufferArena,
  ) {
    this.slots = plan.slotFloats.map((floats, slot) => arena.create(`slot${slot}`, 4 * floats));
    const norms = plan.operations.filter((operation) => operation.kind === 'norm');
    const chunkFloats = Math.max(
      ...norms.map(({ x }) => groupNormScratchFloats(x.side ** 2, x.channels)),
    );
    const channels = Math.max(...norms.map(({ x }) => paddedChannels(x.channels)));
    this.#scratch = {
      chunkMeans: arena.create('chunkMeans', 4 * chunkFloats),
      chunkSquares: arena.create('chunkSquares', 4 * chunkFloats),
      mean: arena.create('mean', 4 * channels),
      scale: arena.create('scale', 4 * channels),
    };
  }

  async bind(operation: Operation): Promise<Dispatch[]> {
    const { library } = this;
    const { key, x, y } = operation;
    const name = `VaeDecoder.${key}`;
    const buffers = { x: this.slots[x.slot], y: this.slots[y.slot] };
    const pixels = x.side ** 2;
    switch (operation.kind) {
      case 'norm': {
        const { gamma, beta } = layer(this.weights.norms, key);
        const { silu } = operation;
        const groups = this.config.normNumGroups;
        const shape = { pixels, channels: x.channels, groups, eps: normEpsilon, silu };
        const scratch = this.#scratch;
        return bindGroupNorm(library, name, shape, { ...buffers, gamma, beta, scratch });
      }
      case 'attention': {
        const shape = { tokens: pixels, width: y.channels };
        return [await bindWideAttention(library, name, shape, { qkv: buffers.x, y: buffers.y })];
      }
      case 'qkv': {
        const { storage, weight, bias } = layer(this.weights.convs, key);
        const outChannels = 3 * paddedChannels(x.channels);
        const shape = { pixels, inChannels: x.channels, outChannels };
        return [
          await bindConv1x1(library, `${name}.qkv`, storage, shape, { ...buffers, weight, bias }),
        ];
      }
      case 'conv': {
        const { storage, weight, bias } = layer(this.weights.convs, key);
        const residual = operation.residual && this.slots[operation.residual.slot];
        const all = { ...buffers, weight, bias, residual };
        const channels = { inChannels: x.channels, outChannels: y.channels };
        if (operation.size === 1) {
          return [await bindConv1x1(library, name, storage, { pixels, ...channels }, all)];
        }
        const { upsample } = operation;
        const shape = { width: y.side, height: y.side, ...channels, upsample };
        return [await bindConv3x3(library, name, storage, shape, all)];
      }
    }
  }
}

function layer<T>(layers: ReadonlyMap<string, T>, key: string): T {
  const found = layers.get(key);
  if (!found) throw new DyditError('internal', `VaeDecoder: layer "${key}" was not loaded.`);
  return found;
}
