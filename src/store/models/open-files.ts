import { DyditError, type ErrorReport } from '../../errors';
import type { ModelSource } from '../../engine/api';
import type { InspectedModel, RefusedReport } from '../../engine/models/inspect';
import type { LibraryInspection } from '../../engine/models/library';
import type { ModelChoice } from '../../engine/models/model-choice';
import type { AppContext } from '../app-context';
import { loadSource } from '../engine-actions';
import type { Notice } from '../notice';
import { isLarge } from './keep-choice';
import { gatheredFiles, waitingOf } from './opening';
import { originOfFiles, reportOfFiles, type Origin } from './origin';
import { isPicture, restoreFromPicture } from './restore-picture';
import { runAskedSince, type RunBefore } from './run-before';

/** Files together, and what they come to. */
interface Gathered {
  readonly files: readonly File[];
  readonly choice?: ModelChoice | undefined;
  readonly inspection: LibraryInspection;
}

/** Where files come from, and what the engine was at when they were asked for. */
interface Arrival {
  /** Where they were fetched from. */
  readonly address?: string | undefined;
  readonly runBefore: RunBefore;
}

/**
 * Takes files in: a saved picture, or files of models, told by their content. Those that make no
 * model yet are kept until the rest comes.
 */
export async function openFiles(
  context: AppContext,
  files: readonly File[],
  runBefore: RunBefore,
): Promise<void> {
  const first = files.at(0);
  if (!first) return;
  const turn = ++context.session.drops;
  if (files.length === 1 && (await isPicture(first))) {
    await restoreFromPicture(context, first, turn);
    return;
  }
  await takeFiles(context, files, { runBefore });
}

/** Takes files of models in. */
export async function takeFiles(
  context: AppContext,
  files: readonly File[],
  arrival: Arrival,
): Promise<void> {
  const { session, set, get } = context;
  const before = get().opening;
  const turn = (session.opened = {});
  const together = [...gatheredFiles(before), ...files];
  set({ opening: { status: 'reading', files: together }, notice: null });
  try {
    const gathered = await gather(context, together);
    if (session.opened !== turn) return;
    await settle(context, { ...gathered, ...arrival }, waitingOf(before));
  } catch (thrown) {
    if (session.opened !== turn) return;
    const error = reportOfFiles(thrown, originOfFiles(arrival.address));
    set({ opening: waitingOf(before), notice: { kind: 'error', error } });
  }
}

/** What is no model by itself may join the one in use: a VAE, names of classes. */
async function gather(context: AppContext, files: readonly File[]): Promise<Gathered> {
  const { library } = context.dependencies;
  const inspection = await library.inspect(files);
  const inUse = inspection.model || !inspection.joins ? undefined : await filesInUse(context);
  if (!inUse) return { files, choice: inspection.remembered, inspection };
  const together = [...inUse.files, ...files];
  const choice = inUse.choice;
  const joined = await library.inspect(together, choice);
  // What is new takes the place of what was there: that is what it was dropped for.
  const passedOver = joined.passedOver.filter(({ index }) => index >= inUse.files.length);
  return { files: together, choice, inspection: { ...joined, passedOver } };
}

async function filesInUse({
  dependencies,
  get,
}: AppContext): Promise<Pick<Gathered, 'files' | 'choice'> | undefined> {
  const { source } = get();
  switch (source.kind) {
    case 'files':
      return { files: source.files, choice: source.choice };
    case 'stored':
      return { files: await dependencies.library.files(source.id) };
    case 'manifest':
      return undefined;
  }
}

/** Loads what files come to, asks about it, or waits for the rest. */
async function settle(
  context: AppContext,
  { files, choice, inspection, address, runBefore }: Gathered & Arrival,
  before: ReturnType<AppContext['get']>['opening'],
): Promise<void> {
  const { set } = context;
  const { model, waiting, refused, parts, useless } = inspection;
  const usable = files.filter((_, index) => !useless.includes(index));
  const notice = refused[0]
    ? ({ kind: 'error', error: ofRefused(refused, originOfFiles(address)) } as const)
    : leftOutOf(inspection);
  if (!model) {
    const sentences =
      waiting.length > 0 || usable.length === 0
        ? waiting
        : ['Waiting for the model that these belong to.'];
    const opening =
      sentences.length > 0
        ? ({ status: 'waiting', files: usable, sentences, address } as const)
        : before;
    set({ opening, notice });
    return;
  }
  if (model.problem && model.questions.length === 0) {
    set({ opening: before, notice: { kind: 'error', error: model.problem } });
    return;
  }
  if (model.problem ?? (inspection.remembered ? false : mustAsk(model))) {
    const { problem: misfit } = model;
    set({ opening: { status: 'asking', files: usable, model, problem: misfit, address }, notice });
    return;
  }
  const isPart = (file: File) => parts.some((index) => files[index] === file);
  const own = usable.filter((file) => !isPart(file));
  const rest = usable.filter(isPart);
  const loading = openModel(context, sourceOf(model, own, { choice, address }), runBefore);
  if (rest.length > 0) set({ opening: { status: 'waiting', files: rest, sentences: waiting } });
  await loading;
  // Said last: loading takes earlier notices away.
  if (notice) set({ notice });
}

/** What files say and is not used is told where there is nothing worse to tell. */
function leftOutOf({ model, passedOver }: LibraryInspection): Notice | null {
  const sentences = [...(model?.leftOut ?? []), ...passedOver.map(({ sentence }) => sentence)];
  const text = sentences.join(' ');
  return text === '' ? null : { kind: 'info', text };
}

function mustAsk(model: InspectedModel): boolean {
  const { questions, choices, isDescribed, dtype } = model;
  const isOpen = questions.some(({ open }) => open) || choices.length > 1;
  // Neither is computed with as it is.
  const isConverted = dtype === 'bf16' || dtype === 'f64';
  return isOpen || (!isDescribed && (isConverted || isLarge(model)));
}

/** @param files those that were given; only the model's own are taken along */
export function sourceOf(
  model: InspectedModel,
  files: readonly File[],
  { choice, address }: Pick<Gathered, 'choice'> & Pick<Arrival, 'address'>,
): Extract<ModelSource, { kind: 'files' }> {
  return {
    ...{ kind: 'files', name: model.name, files },
    ...(choice && { choice }),
    ...(address !== undefined && { address }),
  };
}

/** Loads a model, as soon as there is an engine, and after a run that was asked for since. */
export async function openModel(
  context: AppContext,
  source: ModelSource,
  runBefore: RunBefore,
): Promise<void> {
  const { session, set } = context;
  const name = source.kind === 'manifest' ? source.url : source.name;
  const run = runAskedSince(context, runBefore);
  if (run) {
    const { opened } = session;
    set({ opening: { status: 'queued', name, behind: 'run' } });
    await run;
    if (session.opened !== opened) return;
  }
  set({ opening: session.engine ? null : { status: 'queued', name, behind: 'engine' } });
  await loadSource(context, source);
}

/** What is wrong with the first file, and the names of the others that can't be used either. */
function ofRefused([first, ...others]: readonly RefusedReport[], origin: Origin): ErrorReport {
  const error = withName(first, origin);
  if (others.length === 0) return error;
  const names = others.map(({ name }) => name).join(', ');
  return { ...error, message: `${error.message} Nor can these be used: ${names}.` };
}

/** A message that does not say which of several files it is about gets its name. */
function withName({ name, error }: RefusedReport, origin: Origin): ErrorReport {
  const report = reportOfFiles(DyditError.fromReport(error), origin);
  const { message } = report;
  return message.includes(name) ? report : { ...report, message: `${name}: ${message}` };
}
