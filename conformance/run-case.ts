import type { Backend, Storage } from '../src/backend/backend';
import type { TensorMap } from '../src/checkpoint/checkpoint';
import { DeviceDenoiser, type DeviceDenoiserOptions } from '../src/engine/denoiser';
import { DyditError } from '../src/errors';
import { Dit } from '../src/network/dit/dit';
import { unmixed } from '../src/network/dit/label';
import type { DitRun } from '../src/network/dit/run';
import { samplerNamed } from '../src/sampler/samplers';
import { caseTensor, item, type CaseFiles, type CaseSettings, type CaseTensor } from './case-file';
import { compare, compareMasks, passes, type CaseReport, type OutputReport } from './report';

/** What one evaluation of one item made, mask by mask. */
interface Evaluation {
  /** (Cout, S, S) */
  readonly out: Float32Array;
  /** (L, H) */
  readonly attn_mask: Uint8Array;
  /** (L, H) */
  readonly mlp_mask: Uint8Array;
  /** (L, N) */
  readonly token_mask: Uint32Array;
}

const masks = ['attn_mask', 'mlp_mask', 'token_mask'] as const;

function concatenate(parts: readonly ArrayLike<number>[]): number[] {
  return parts.flatMap((part) => Array.from(part));
}

/** Puts a latent where a run reads it. */
async function putLatent(run: DitRun, values: Float32Array<ArrayBuffer>): Promise<void> {
  run.home.write(run.latent, values);
  await run.latentMoved();
}

/** Compares every output of a case with the engine's. */
class CaseRunner {
  readonly outputs: Record<string, OutputReport> = {};

  constructor(
    private readonly dit: Dit,
    private readonly settings: CaseSettings,
    private readonly tensors: TensorMap,
  ) {}

  /** `x, t, y -> out` and masks; items have different timesteps, so each is a run of its own. */
  async forward(output: 'out_dynamic' | 'out_complete'): Promise<void> {
    const dynamic = output === 'out_dynamic';
    const [x, t, y] = await Promise.all(['x', 't', 'y'].map((name) => this.#tensor(name)));
    const made: Evaluation[] = [];
    for (let i = 0; i < x.shape[0]; i++) {
      const run = await this.dit.prepare({
        latentItems: 1,
        labels: [unmixed({ classId: y.values[i] })],
        guided: false,
        networkTimes: [t.values[i]],
        dynamicWidth: dynamic,
        dynamicTokens: dynamic,
      });
      await putLatent(run, item(x, i));
      await run.evaluate(0);
      made.push({
        out: await run.home.readFloats(run.prediction),
        attn_mask: run.width.heads,
        mlp_mask: run.width.groups,
        token_mask: await run.readKept(),
      });
      run.destroy();
    }
    const out = concatenate(made.map((evaluation) => evaluation.out));
    this.outputs[output] = compare(out, (await this.#tensor(output)).values);
    if (!dynamic) return;
    for (const mask of masks) {
      const { values } = await this.#tensor(mask);
      const gates = concatenate(made.map((evaluation) => evaluation[mask]));
      this.outputs[mask] = compareMasks(gates, values);
    }
  }

  /** `cfg_x, cfg_t, cfg_y -> out_cfg`, both halves. */
  async guided(): Promise<void> {
    const t = await this.#tensor('cfg_t');
    await this.#withDenoiser([t.values[0]], {}, async (denoiser, run) => {
      await denoiser.predict(0, 0);
      await this.#compareStorage('out_cfg', run, denoiser.prediction(0));
    });
  }

  /** A whole sampling run from `cfg_x`; both halves move, each with its own noise. */
  async sampled(output: 'out_ddpm' | 'out_ddim'): Promise<void> {
    const kind = samplerNamed(output === 'out_ddpm' ? 'ddpm' : 'ddim');
    const sampler = kind.create(this.settings.sampling_steps);
    const noise = await this.#tensor('ddpm_noise');
    const options = { noise: (step: number) => item(noise, step) };
    await this.#withDenoiser(sampler.networkTimes, options, async (denoiser, run) => {
      await sampler.run(denoiser);
      await this.#compareStorage(output, run, run.latent);
    });
  }

  async #withDenoiser(
    networkTimes: readonly number[],
    options: Partial<DeviceDenoiserOptions>,
    work: (denoiser: DeviceDenoiser, run: DitRun) => Promise<void>,
  ): Promise<void> {
    const { dit, settings } = this;
    const [x, y] = await Promise.all(['cfg_x', 'cfg_y'].map((name) => this.#tensor(name)));
    const images = y.values.length / 2;
    const unconditional = y.values.slice(images);
    if (unconditional.some((label) => label !== dit.config.numClasses)) {
      throw new Error('The second half of cfg_y is not the null class.');
    }
    const run = await dit.prepare({
      latentItems: 2 * images,
      labels: Array.from(y.values.slice(0, images), (classId) => unmixed({ classId })),
      guided: true,
      networkTimes,
      dynamicWidth: true,
      dynamicTokens: true,
    });
    await putLatent(run, x.values);
    const denoiser = await DeviceDenoiser.create({
      run,
      guidance: settings.cfg_scale,
      guidedChannels: settings.cfg_channels,
      noise: () => new Float32Array(x.values.length),
      ...options,
    });
    try {
      await work(denoiser, run);
    } finally {
      await denoiser.destroy();
      run.destroy();
    }
  }

  async #compareStorage(output: string, run: DitRun, storage: Storage): Promise<void> {
    const made = await run.home.readFloats(storage);
    this.outputs[output] = compare(made, (await this.#tensor(output)).values);
  }

  #tensor(name: string): Promise<CaseTensor> {
    return caseTensor(this.tensors, name);
  }
}

/** Runs every output that the case has. */
export async function runCase(
  backend: Backend,
  { settings, model, tensors }: CaseFiles,
): Promise<CaseReport> {
  const dit = await Dit.load(backend, model, {
    numHeads: settings.config.num_heads,
    inputSize: settings.config.input_size,
    objective: 'epsilon',
  });
  const runner = new CaseRunner(dit, settings, tensors);
  try {
    await backend.guard(`running ${settings.name}`, async () => {
      for (const output of ['out_dynamic', 'out_complete'] as const) {
        if (tensors.has(output)) await runner.forward(output);
      }
      if (tensors.has('out_cfg')) await runner.guided();
      for (const output of ['out_ddpm', 'out_ddim'] as const) {
        if (tensors.has(output)) await runner.sampled(output);
      }
    });
  } finally {
    dit.destroy();
  }
  const { outputs } = runner;
  const { precision } = backend.report;
  const results = Object.entries(outputs);
  return {
    name: settings.name,
    pass: results.length > 0 && results.every(([name, report]) => passes(name, report, precision)),
    outputs,
  };
}

/** The same on a backend that is started for it, with whatever is thrown as the report. */
export async function reportCase(
  start: () => Promise<Backend>,
  name: string,
  open: () => Promise<CaseFiles>,
): Promise<CaseReport> {
  let backend: Backend | undefined;
  try {
    backend = await start();
    return await runCase(backend, await open());
  } catch (error) {
    const { message, advice } = DyditError.from(error);
    return { name, pass: false, outputs: {}, error: `${message} ${advice}`.trim() };
  } finally {
    backend?.destroy();
  }
}
