import { BufferArena, readBuffer } from '../src/backend/webgpu/gpu/buffer';
import { withErrorScopes } from '../src/backend/webgpu/gpu/error-scope';
import type { KernelLibrary } from '../src/backend/webgpu/kernels/library';
import type { TensorMap } from '../src/checkpoint/checkpoint';
import { Dit } from '../src/network/dit/dit';
import type { DitRun } from '../src/network/dit/run';
import { samplers } from '../src/sampler/by-name';
import { GpuDenoiser, type GpuDenoiserOptions } from '../src/engine/gpu-denoiser';
import { caseTensor, item, type CaseSettings } from './case-file';
import { compare, compareMasks, passes, type CaseReport, type OutputReport } from './report';

/** Reads f32 back. */
async function floats(arena: BufferArena, buffer: GPUBuffer): Promise<Float32Array> {
  return new Float32Array(await readBuffer(arena.gpu, buffer));
}

/** One evaluation of a prepared run. */
function evaluate(arena: BufferArena, run: DitRun): void {
  const encoder = arena.gpu.device.createCommandEncoder({ label: 'conformance' });
  run.select(0);
  const pass = encoder.beginComputePass();
  run.encode(pass, 0);
  pass.end();
  arena.gpu.device.queue.submit([encoder.finish()]);
}

function concatenate(parts: readonly ArrayLike<number>[]): number[] {
  return parts.flatMap((part) => Array.from(part));
}

/** Compares every output of a case with the engine's. */
class CaseRunner {
  readonly #arena: BufferArena;
  readonly outputs: Record<string, OutputReport> = {};

  constructor(
    library: KernelLibrary,
    private readonly dit: Dit,
    private readonly settings: CaseSettings,
    private readonly tensors: TensorMap,
  ) {
    this.#arena = new BufferArena(library.gpu, 'Conformance');
  }

  destroy(): void {
    this.#arena.destroy();
  }

  /** `x, t, y -> out` and masks; items have different timesteps, so each is a run of its own. */
  async forward(output: 'out_dynamic' | 'out_complete'): Promise<void> {
    const dynamic = output === 'out_dynamic';
    const [x, t, y] = await Promise.all(['x', 't', 'y'].map((name) => this.#tensor(name)));
    const made: Record<'out' | 'attn_mask' | 'mlp_mask' | 'token_mask', ArrayLike<number>[]> = {
      out: [],
      attn_mask: [],
      mlp_mask: [],
      token_mask: [],
    };
    for (let i = 0; i < x.shape[0]; i++) {
      const run = await this.dit.prepare({
        latent: this.#arena.upload('latent', item(x, i)),
        labels: [{ classId: y.values[i] }],
        guided: false,
        networkTimes: [t.values[i]],
        dynamicWidth: dynamic,
        dynamicTokens: dynamic,
      });
      evaluate(this.#arena, run);
      made.out.push(await floats(this.#arena, run.prediction));
      made.attn_mask.push(run.width.masks(0, 'heads'));
      made.mlp_mask.push(run.width.masks(0, 'groups'));
      if (dynamic) {
        made.token_mask.push(new Uint32Array(await readBuffer(this.#arena.gpu, run.kept)));
      }
      run.destroy();
    }
    this.outputs[output] = compare(concatenate(made.out), (await this.#tensor(output)).values);
    if (!dynamic) return;
    for (const mask of ['attn_mask', 'mlp_mask', 'token_mask'] as const) {
      const reference = await this.#tensor(mask);
      this.outputs[mask] = compareMasks(concatenate(made[mask]), reference.values);
    }
  }

  /** `cfg_x, cfg_t, cfg_y -> out_cfg`, both halves. */
  async guided(): Promise<void> {
    const t = await this.#tensor('cfg_t');
    await this.#withDenoiser([t.values[0]], {}, async (denoiser) => {
      denoiser.predict(0, 0);
      const made = await floats(this.#arena, denoiser.prediction(0));
      this.outputs.out_cfg = compare(made, (await this.#tensor('out_cfg')).values);
    });
  }

  /** A whole sampling run from `cfg_x`; both halves move, each with its own noise. */
  async sampled(output: 'out_ddpm' | 'out_ddim'): Promise<void> {
    const name = output === 'out_ddpm' ? 'ddpm' : 'ddim';
    const sampler = samplers[name](this.settings.sampling_steps);
    const noise = await this.#tensor('ddpm_noise');
    const options = { noise: (step: number) => item(noise, step) };
    await this.#withDenoiser(sampler.networkTimes, options, async (denoiser, latent) => {
      await sampler.run(denoiser);
      const made = await floats(this.#arena, latent);
      this.outputs[output] = compare(made, (await this.#tensor(output)).values);
    });
  }

  async #withDenoiser(
    networkTimes: readonly number[],
    options: Partial<GpuDenoiserOptions>,
    work: (denoiser: GpuDenoiser, latent: GPUBuffer) => Promise<void>,
  ): Promise<void> {
    const { dit, settings } = this;
    const [x, y] = await Promise.all(['cfg_x', 'cfg_y'].map((name) => this.#tensor(name)));
    const images = y.values.length / 2;
    const unconditional = y.values.slice(images);
    if (unconditional.some((label) => label !== dit.config.numClasses)) {
      throw new Error('The second half of cfg_y is not the null class.');
    }
    const latent = this.#arena.upload('latent', x.values);
    const run = await dit.prepare({
      latent,
      labels: Array.from(y.values.slice(0, images), (classId) => ({ classId })),
      guided: true,
      networkTimes,
      dynamicWidth: true,
      dynamicTokens: true,
    });
    const denoiser = await GpuDenoiser.create(dit.library, {
      run,
      latent,
      latentItems: 2 * images,
      images,
      guidance: settings.cfg_scale,
      guidedChannels: settings.cfg_channels,
      evaluations: networkTimes.length,
      noise: () => new Float32Array(x.values.length),
      ...options,
    });
    try {
      await work(denoiser, latent);
    } finally {
      await denoiser.destroy();
      run.destroy();
    }
  }

  #tensor(name: string) {
    return caseTensor(this.tensors, name);
  }
}

/** Runs every output that the case has. */
export async function runCase(
  library: KernelLibrary,
  settings: CaseSettings,
  model: TensorMap,
  tensors: TensorMap,
): Promise<CaseReport> {
  const dit = await Dit.load(library, model, {
    numHeads: settings.config.num_heads,
    inputSize: settings.config.input_size,
    objective: 'epsilon',
  });
  const runner = new CaseRunner(library, dit, settings, tensors);
  try {
    await withErrorScopes(library.gpu, `running ${settings.name}`, async () => {
      for (const output of ['out_dynamic', 'out_complete'] as const) {
        if (tensors.has(output)) await runner.forward(output);
      }
      if (tensors.has('out_cfg')) await runner.guided();
      for (const output of ['out_ddpm', 'out_ddim'] as const) {
        if (tensors.has(output)) await runner.sampled(output);
      }
    });
  } finally {
    runner.destroy();
    dit.destroy();
  }
  const { outputs } = runner;
  const results = Object.entries(outputs);
  return {
    name: settings.name,
    pass: results.length > 0 && results.every(([name, report]) => passes(name, report)),
    outputs,
  };
}
