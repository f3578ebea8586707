import { createEngine, type Engine, type ModelInfo } from '../../src/engine/in-node';
import { requestLimits } from '../../src/engine/limits';
import { requestFor, seedOfImage, settingsOfImage, type Settings } from '../../src/store/settings';
import { classSlugs, shareSettings, slug } from '../../src/store/shared-settings';
import { describeSubject } from '../../src/store/subject';
import { findModel } from './model-source';
import type { DrawOptions } from './options';
import { checkOutput, picturePath, savePicture } from './output';
import { formatDuration, Progress, type ProgressStream } from './progress';
import { settingsFor } from './settings';

/** What a command talks to. */
export interface Terminal {
  /** Takes results, a line at a time. */
  readonly out: (line: string) => void;
  /** Takes progress and remarks. */
  readonly err: ProgressStream;
  readonly signal: AbortSignal;
}

/** Few enough that the first files are there soon, and enough that all threads have work. */
const batchSize = Math.min(8, requestLimits.images.max);

/**
 * Draws what was asked for, on the processor.
 * @throws UsageError, DyditError
 */
export async function draw(options: DrawOptions, terminal: Terminal): Promise<void> {
  const model = await findModel(options);
  for (const remark of model.remarks ?? []) terminal.err.write(`${remark}\n`);
  const engine = await createEngine({ backend: 'wasm', threads: options.threads });
  const progress = new Progress(options.quiet ? undefined : terminal.err);
  try {
    const info = await engine.load(model.source, {
      signal: terminal.signal,
      onProgress: (event) => progress.loading(event),
    });
    progress.clear();
    if (options.kind === 'list') {
      listNames(info, terminal);
      return;
    }
    const job = { engine, info, modelName: model.name, options, progress, terminal };
    await drawAll(job);
  } finally {
    progress.clear();
    engine.dispose();
  }
}

interface Job {
  readonly engine: Engine;
  readonly info: ModelInfo;
  readonly modelName?: string;
  readonly options: DrawOptions;
  readonly progress: Progress;
  readonly terminal: Terminal;
}

async function drawAll(job: Job): Promise<void> {
  const { info, options, progress, terminal } = job;
  const settings = settingsFor(options, info, () => crypto.getRandomValues(new Uint32Array(1))[0]);
  const output = options.output ?? `${classSlugs(info.classes)[settings.classId]}.png`;
  await checkOutput(output);
  const start = performance.now();
  for (let first = 0; first < settings.images; first += batchSize) {
    await drawBatch(job, settings, { first, output, start });
  }
  progress.clear();
  if (options.quiet) return;
  const pictures = settings.images === 1 ? '1 picture' : `${settings.images} pictures`;
  terminal.err.write(
    `${pictures} of ${describeSubject(settings, info)} in ${formatDuration(performance.now() - start)}` +
      `, seed ${settings.seed}, on ${job.engine.machine.description}\n`,
  );
}

async function drawBatch(
  { engine, info, modelName, options, progress, terminal }: Job,
  settings: Settings,
  at: { readonly first: number; readonly output: string; readonly start: number },
): Promise<void> {
  const { first, output, start } = at;
  const count = settings.images;
  const images = Math.min(batchSize, count - first);
  const batch = { ...settings, images, seed: seedOfImage(settings, first) };
  const msEach = first > 0 ? (performance.now() - start) / first : 0;
  const { pictures } = await engine.generate(
    { ...requestFor(batch, info, 'off'), ...moved(options) },
    {
      signal: terminal.signal,
      onStep: (event) => {
        // Before the first batch has ended, the others are taken to last as long as it.
        const ofThis = event.elapsedMs + event.remainingMs;
        const each = first > 0 ? msEach : ofThis / images;
        const later = (count - first - images) * each;
        progress.drawing(describeSubject(settings, info), event, later);
      },
    },
  );
  progress.clear();
  for (const [i, picture] of pictures.entries()) {
    const path = picturePath(output, first + i, count);
    const own = settingsOfImage(settings, first + i);
    // What the seed was not left to draw stands in no settings.
    await savePicture(
      path,
      picture,
      options.moves ? undefined : shareSettings(own, info, modelName),
    );
    terminal.out(path);
  }
  if (options.seed === undefined && first === 0 && count > batchSize && !options.quiet) {
    terminal.err.write(`The seed is ${settings.seed}.\n`);
  }
}

function moved({ moves }: DrawOptions): Pick<DrawOptions, 'moves'> {
  return moves ? { moves } : {};
}

function listNames(info: ModelInfo, { out }: Terminal): void {
  if (info.styles.length > 0) out(`styles: any, ${info.styles.map(slug).join(', ')}`);
  for (const [id, name] of classSlugs(info.classes).entries()) {
    out(`${info.classes[id].emoji} ${name}`.trim());
  }
}
