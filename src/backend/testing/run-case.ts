import { expect } from 'vitest';
import { DyditError } from '../../errors';
import type { LayerWeights } from '../../ops/layer';
import { layersOf, writesOf, type Program } from '../../ops/program';
import type { RunValues } from '../../ops/run-values';
import { denseFloats, type Tensor } from '../../ops/tensor';
import type { ActiveWidth } from '../../ops/width';
import type { Lane, Storage } from '../backend';
import { expectSameBits } from './expect-close';

export type CaseData = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** A program with everything that it is run on. */
export interface OpCase {
  readonly program: Program;
  readonly weights: readonly LayerWeights[];
  /** What the external tensors hold before the first run, by name; zeros where absent. */
  readonly contents: Readonly<Record<string, CaseData>>;
  readonly width?: ActiveWidth;
  /** One run with nothing set where absent. */
  readonly runs?: readonly RunValues[];
}

/** What the external tensors hold after the runs, by name. */
export type CaseResult = ReadonlyMap<string, CaseData>;

const canaryElements = 37;
const canaryValue = 123.5;

/**
 * Runs a case and gives back all that it allocated. Fails where the program changed a tensor that
 * none of its ops writes, or a storage that is not its own.
 */
export async function runCase(lane: Lane, test: OpCase): Promise<CaseResult> {
  const { program, contents } = test;
  const owned: { destroy(): void }[] = [];
  const own = <T extends { destroy(): void }>(made: T): T => {
    owned.push(made);
    return made;
  };
  const externals = program.tensors.filter(({ external }) => external !== undefined);
  try {
    const canaries = [own(canary(lane))];
    const storage: Record<string, Storage> = {};
    for (const tensor of externals) {
      const name = nameOf(tensor);
      storage[name] = own(lane.allocate(name, tensor));
      if (name in contents) lane.write(storage[name], contents[name]);
      canaries.push(own(canary(lane)));
    }
    const weights = own(lane.createWeights('Test'));
    for (const layer of test.weights) await weights.upload(layer);
    const executable = own(await lane.compile(program, { weights, storage, width: test.width }));
    for (const values of test.runs ?? [{}]) await executable.run(values);

    // All at once: a device that is asked for one after the other is waited for as often.
    const [after, around] = await Promise.all([
      Promise.all(
        externals.map(nameOf).map(async (name) => [name, await read(lane, storage[name])] as const),
      ),
      Promise.all(canaries.map((each) => lane.readFloats(each))),
    ]);
    const result = new Map<string, CaseData>(after);
    for (const read of around) {
      expectSameBits(read, new Float32Array(canaryElements).fill(canaryValue));
    }
    expectInputsUntouched(test, result);
    return result;
  } finally {
    for (const made of owned.reverse()) made.destroy();
  }
}

/** A storage between those of the program, of an odd size. */
function canary(lane: Lane): Storage {
  const storage = lane.allocate('canary', denseFloats(1, canaryElements));
  lane.write(storage, new Float32Array(canaryElements).fill(canaryValue));
  return storage;
}

function read(lane: Lane, storage: Storage): Promise<CaseData> {
  return storage.spec.type === 'f32' ? lane.readFloats(storage) : lane.readWords(storage);
}

function expectInputsUntouched({ program, contents }: OpCase, result: CaseResult): void {
  const written = new Set(program.ops.flatMap(writesOf));
  for (const tensor of program.tensors) {
    if (tensor.external === undefined || written.has(tensor.id)) continue;
    const before = contents[tensor.external];
    expect(before, `${tensor.external} is read, so the test must fill it`).toBeDefined();
    expect(sameBits(resultOf(result, tensor.external), before), `${tensor.external} changed`).toBe(
      true,
    );
  }
}

function sameBits(a: CaseData, b: CaseData): boolean {
  const [x, y] = [a, b].map(({ buffer }) => new Uint32Array(buffer));
  return x.length === y.length && x.every((word, i) => word === y[i]);
}

/** What an external tensor holds after the runs. */
export function resultOf(result: CaseResult, name: string): CaseData {
  const data = result.get(name);
  if (data) return data;
  throw new DyditError('internal', `The program of the test has no external tensor ${name}.`);
}

/** Names of the external tensors that a program writes. */
export function writtenNames({ ops, tensors }: Program): readonly string[] {
  const written = new Set(ops.flatMap(writesOf));
  return tensors
    .filter(({ id, external }) => external !== undefined && written.has(id))
    .map(nameOf);
}

/** The tensor of that name. */
export function externalNamed({ tensors }: Program, name: string): Tensor {
  const tensor = tensors.find(({ external }) => external === name);
  if (tensor) return tensor;
  throw new DyditError('internal', `The program of the test has no external tensor ${name}.`);
}

function nameOf({ external }: Tensor): string {
  return external ?? '';
}

/** Every layer of a program must have weights in the case. */
export function expectAllWeights({ program, weights }: OpCase): void {
  const there = new Set(weights.map(({ layer }) => layer.name));
  const missing = layersOf([program]).filter(({ name }) => !there.has(name));
  expect(
    missing.map(({ name }) => name),
    'layers without weights',
  ).toEqual([]);
}
