import { openAsBlob } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DyditError } from '../src/errors';
import { inferDitConfig } from '../src/network/dit/infer-config';
import { expectAgreement, type Output } from './agreement';
import { machinesOf, type BenchContext } from './context';
import { benchInputs, type BenchInputs } from './inputs';
import { measure, type Measured, type Measurement, type Refusal, type Verify } from './measure';
import { benchModel, emojiCheckpoint, measuredApart, referenceDepth } from './models';
import type { BenchModel } from './models';
import type { ConfigName, Mode } from './names';
import { Oracle } from './oracle';
import { exportPeer } from './peer/export';
import { peerForms } from './peer/forms';
import { PeerSubject } from './peer/subject';
import type { CardCostsResult, PeerResult, Result } from './report';
import { peerResults, ownResults } from './results';
import { OurSubject } from './subjects';
import type { MachineSpec } from './workplace/subject';

/** Figures of one network. */
export interface NetworkFigures {
  readonly results: readonly Result[];
  readonly peers: readonly PeerResult[];
  readonly costs: readonly CardCostsResult[];
}

type AnySubject = OurSubject | PeerSubject;

/** A network with what it is checked and timed on. */
interface Network {
  readonly config: ConfigName;
  readonly model: BenchModel;
  readonly inputs: BenchInputs;
}

function openEmoji(): Promise<Blob> {
  return openAsBlob(fileURLToPath(new URL(`../public/${emojiCheckpoint}`, import.meta.url)));
}

/** Checks and times one network on all machines that were asked for, and by the peers. */
export async function benchNetwork(
  context: BenchContext,
  config: ConfigName,
): Promise<NetworkFigures> {
  const { options, log } = context;
  const { lambda } = options;
  const model = await benchModel({ config, lambda }, openEmoji);
  const network = { config, model, inputs: await benchInputs(config, model, options.batch) };
  const depth = referenceDepth(config);
  const whole = depth === undefined ? await Oracle.load(model, network.inputs) : undefined;
  const modes = new Map<MachineSpec, readonly Mode[]>();
  for (const machine of machinesOf(options)) {
    const right =
      depth === undefined ? options.modes : await checkBlocks(context, network, machine);
    modes.set(machine, right);
  }

  const openers: (() => Promise<AnySubject>)[] = [...modes]
    .filter(([, right]) => right.length > 0)
    .map(([machine, right]) => () => {
      log(`opening ${config} on ${machine.backend}, ${machine.threads} thread(s)`);
      const { inputs } = network;
      return OurSubject.open(context.runtime, { ...machine, config, lambda, inputs, modes: right });
    });
  if (options.peers) openers.push(...(await peerOpeners(context, network)));

  const verify = verifier(whole);
  const all: Measured[] = [];
  const costs: CardCostsResult[] = [];
  const groups = measuredApart(config) ? openers.map((opener) => [opener]) : [openers];
  for (const group of groups) {
    const subjects = await openAll(context, group);
    log(`measuring ${subjects.map(({ name }) => name).join('; ')}`);
    const measured = await measure(subjects, verify, options.repeats);
    all.push(measured);
    costs.push(...(await cardCosts(context, measured)));
    for (const subject of subjects) await subject.close();
  }
  const measurements = all.flatMap((measured) => measured.measurements);
  for (const refusal of all.flatMap((measured) => measured.refusals)) {
    const line = describe(refusal);
    if (hasRightForm(refusal, measurements)) log(`left out: ${line}`);
    else context.refusals.push(line);
  }
  return {
    results: ownResults(measurements, options.batch),
    peers: peerResults(measurements),
    costs,
  };
}

/** Memory and encoding of our networks on a card, in every mode that was found right. */
async function cardCosts(
  { options, log, refusals }: BenchContext,
  { measurements }: Measured,
): Promise<readonly CardCostsResult[]> {
  const found: CardCostsResult[] = [];
  for (const { subject, mode } of measurements) {
    if (!(subject instanceof OurSubject) || subject.spec.backend !== 'webgpu') continue;
    log(`memory and encoding of ${subject.name}, ${mode}`);
    try {
      const costs = await subject.cardCosts(mode);
      const { config } = subject.spec;
      if (costs) found.push({ config, batch: options.batch, mode, ...costs });
    } catch (error) {
      refusals.push(`Costs of ${subject.name}, ${mode}: ${DyditError.from(error).message}`);
    }
  }
  return found;
}

function describe({ subject, mode, reason }: Refusal): string {
  return reason.includes(subject.name) ? reason : `${subject.name}, ${mode}: ${reason}`;
}

/** True for a peer whose other form is right on the same machine. */
function hasRightForm({ subject }: Refusal, measurements: readonly Measurement[]): boolean {
  if (!(subject instanceof PeerSubject)) return false;
  const { backend, threads } = subject.spec;
  return measurements.some(
    (other) =>
      other.subject instanceof PeerSubject &&
      other.subject.spec.backend === backend &&
      other.subject.spec.threads === threads,
  );
}

/** Holds a network to the oracle, where there is one for all of it, and to the first that agreed. */
function verifier(whole: Oracle | undefined): Verify {
  const first = new Map<Mode, readonly Output[]>();
  return async (what, mode, outputs) => {
    // A peer tells no token gates; without dynamic tokens there are none.
    const agreement = await whole?.verify(what, mode, outputs);
    const others = first.get(mode);
    if (others) return expectAgreement(what, outputs, others);
    if (!agreement && !outputs.every(({ prediction }) => prediction.every(Number.isFinite))) {
      throw new DyditError('internal', `${what} gives numbers that are not finite.`);
    }
    first.set(mode, outputs);
    return agreement ?? { maxError: 0, otherTokens: 0 };
  };
}

/** The modes in which the first blocks of a network compute what plain loops compute. */
async function checkBlocks(
  context: BenchContext,
  { config, inputs }: Network,
  machine: MachineSpec,
): Promise<readonly Mode[]> {
  const depth = referenceDepth(config);
  const { modes, lambda } = context.options;
  const model = await benchModel({ config, lambda, depth }, openEmoji);
  context.log(`checking ${depth} blocks of ${config} on ${machine.backend}`);
  const oracle = await oracleOfBlocks(config, () => Oracle.load(model, inputs));
  const [subject] = await openAll(context, [
    () => OurSubject.open(context.runtime, { ...machine, config, lambda, depth, inputs, modes }),
  ]);
  if (!(subject instanceof OurSubject)) return [];
  const right: Mode[] = [];
  for (const mode of modes) {
    const what = `${subject.name}, ${mode}, ${depth} blocks`;
    try {
      await oracle.verify(what, mode, await subject.outputs(mode));
      right.push(mode);
    } catch (error) {
      context.refusals.push(`${what}: ${DyditError.from(error).message}`);
    }
  }
  await subject.close();
  return right;
}

/** One oracle for all machines: what it has computed stays. */
const oracles = new Map<ConfigName, Promise<Oracle>>();

function oracleOfBlocks(config: ConfigName, load: () => Promise<Oracle>): Promise<Oracle> {
  const known = oracles.get(config) ?? load();
  oracles.set(config, known);
  return known;
}

async function openAll(
  { refusals }: BenchContext,
  openers: readonly (() => Promise<AnySubject>)[],
): Promise<readonly AnySubject[]> {
  const subjects: AnySubject[] = [];
  for (const open of openers) {
    try {
      subjects.push(await open());
    } catch (error) {
      refusals.push(`One did not start: ${DyditError.from(error).message}`);
    }
  }
  return subjects;
}

/** The peer on the same machines, in every form that its network has. */
async function peerOpeners(
  { runtime, options, adapter, refusals, log }: BenchContext,
  { config, model, inputs }: Network,
): Promise<readonly (() => Promise<PeerSubject>)[]> {
  const { batch } = options;
  const { browser } = runtime;
  // The options refuse peers where there is none.
  if (!browser) return [];
  try {
    log(`exporting ${config} to ONNX`);
    const folder = `/${await exportPeer(config, batch, model.tensors)}`;
    const {
      inChannels: channels,
      inputSize: side,
      numClasses,
      numStyles,
    } = inferDitConfig(model.tensors, model.hints);
    const shape = { channels, side, numClasses, numStyles };
    return machinesOf(options).flatMap((machine) =>
      peerForms.map((form) => () => {
        log(`opening ${config} by onnxruntime-web, ${machine.backend}, ${form}`);
        const spec = { ...machine, ...shape, config, batch, folder, form, inputs };
        const slow = machine.backend === 'webgpu' && (adapter?.software ?? false);
        return PeerSubject.open(browser, spec, slow);
      }),
    );
  } catch (error) {
    const { message, advice } = DyditError.from(error);
    refusals.push(`Peers of ${config}: ${message} ${advice}`);
    return [];
  }
}
