import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeAxis } from './axis';
import type { Op, TensorId } from './op';
import { readsOf, writesOf, type Program } from './program';
import { Recorder } from './recorder';
import { planSlots } from './slots';
import { denseFloats, elementCount, rowsOf, type Tensor } from './tensor';

/** How a random op picks what it works on; every number is taken modulo what there is. */
interface Step {
  readonly kind: 'unary' | 'binary' | 'inPlace' | 'update' | 'intoExternal' | 'select';
  readonly inputs: readonly [number, number, number];
  readonly rows: number;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('unary', 'binary', 'inPlace', 'update', 'intoExternal', 'select'),
    inputs: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
    rows: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 40 },
);

const layer = { kind: 'linear', name: 'l', n: wholeAxis(1), k: wholeAxis(1) } as const;
const router = { kind: 'tokenRouter', name: 'r', width: 1, hidden: 1 } as const;

/** A program of ops on tensors that were written before; shapes need not fit, slots do not ask. */
function programOf(recipe: readonly Step[]): Program {
  const tensors: Tensor[] = [];
  const ops: Op[] = [];
  const add = (rows: number, external?: string): TensorId => {
    const id = tensors.length;
    tensors.push({ ...rowsOf(rows, wholeAxis(1)), id, external });
    return id;
  };
  const externals = [add(3, 'first'), add(5, 'second')];
  for (const { kind, inputs, rows } of recipe) {
    const [x, other, third] = inputs.map((pick) => pick % tensors.length);
    const gate = { modulation: third, chunk: 0 };
    switch (kind) {
      case 'unary':
        ops.push({ kind: 'linear', layer, x, y: add(rows), activation: 'none' });
        break;
      case 'binary':
        ops.push({
          kind: 'norm',
          x,
          y: add(rows),
          shift: gate,
          scale: gate,
          tokens: 1,
          rows: other,
        });
        break;
      case 'inPlace':
        ops.push({ kind: 'addGated', layer, x, y: other, gate, tokens: 1 });
        break;
      case 'update': {
        const [p0, p1, noise] = [other, third, other];
        const shape = { items: 1, channels: 1, outChannels: 1 };
        ops.push({ kind: 'update', p0, p1, noise, x, flags: add(1), ...shape });
        break;
      }
      case 'intoExternal':
        ops.push({
          kind: 'estimate',
          x,
          p: other,
          y: externals[third % 2],
          items: 1,
          channels: 1,
          outChannels: 1,
        });
        break;
      case 'select':
        ops.push({
          kind: 'selectTokens',
          layer: router,
          x,
          kept: add(rows),
          keptRow: 0,
          shift: 0,
          rows: add(rows),
        });
        break;
    }
  }
  return { label: 'Random', ops, tensors };
}

/**
 * Runs a program on its slots with marks in place of numbers.
 * @throws Error where an op finds another tensor's mark, or would overwrite what it reads
 */
function simulate({ ops, tensors }: Program, slotOf: readonly (number | undefined)[]): void {
  const placeOf = (id: TensorId): string => {
    const slot = slotOf[id];
    return tensors[id].external !== undefined ? `external ${id}` : `slot ${String(slot)}`;
  };
  const latest = tensors.map(({ external }, id) =>
    external === undefined ? '' : `${id}, as bound`,
  );
  const held = new Map(
    tensors.flatMap(({ external }, id) =>
      external === undefined ? [] : [[placeOf(id), latest[id]]],
    ),
  );
  for (const [step, op] of ops.entries()) {
    for (const id of readsOf(op)) {
      if (held.get(placeOf(id)) !== latest[id]) {
        throw new Error(`op ${step} reads ${id} and finds ${String(held.get(placeOf(id)))}`);
      }
    }
    const outputs = writesOf(op);
    if (new Set(outputs.map(placeOf)).size < outputs.length) {
      throw new Error(`two outputs of op ${step} share a place`);
    }
    for (const id of outputs) {
      const shared = readsOf(op).find((input) => input !== id && placeOf(input) === placeOf(id));
      if (shared !== undefined) throw new Error(`op ${step} writes ${id} where it reads ${shared}`);
      latest[id] = `${id}, of op ${step}`;
      held.set(placeOf(id), latest[id]);
    }
  }
}

describe('slots of random programs', () => {
  test('no op reads what another overwrote, and no output lies where an input does', () => {
    fc.assert(
      fc.property(steps, (recipe) => {
        const program = programOf(recipe);
        simulate(program, planSlots(program, elementCount).slotOf);
      }),
      { numRuns: 500 },
    );
  });

  test('every slot holds the largest tensor that is put into it; externals have none', () => {
    fc.assert(
      fc.property(steps, (recipe) => {
        const program = programOf(recipe);
        const { slotOf, sizes } = planSlots(program, (tensor) => elementCount(tensor) * 4);
        for (const { id, rows, external } of program.tensors) {
          const slot = slotOf[id];
          expect(slot === undefined).toBe(external !== undefined);
          if (slot !== undefined) expect(sizes[slot]).toBeGreaterThanOrEqual(rows * 4);
        }
        expect(sizes.length).toBeLessThanOrEqual(program.tensors.length);
      }),
      { numRuns: 200 },
    );
  });

  test('the simulation notices a slot that is given away too early', () => {
    const net = new Recorder('Chain');
    const x = net.external('x', rowsOf(1, wholeAxis(1)));
    const a = net.linear(x, layer);
    const b = net.linear(a, layer);
    const c = net.linear(b, layer);
    net.addGated(c, { modulation: x.id, chunk: 0 }, a, layer, { tokens: 1 });
    const program = net.finish();
    const slotOf = [...planSlots(program, elementCount).slotOf];
    simulate(program, slotOf);
    slotOf[c.id] = slotOf[a.id];
    expect(() => simulate(program, slotOf)).toThrow('op 3 reads');
    slotOf[c.id] = slotOf[b.id];
    expect(() => simulate(program, slotOf)).toThrow('op 2 writes');
  });
});

describe('slots by hand', () => {
  test('a chain needs two, whatever its length', () => {
    const net = new Recorder('Chain');
    let x = net.external('x', rowsOf(2, wholeAxis(1)));
    for (let i = 0; i < 10; i++) x = net.linear(x, layer);
    const { slotOf, sizes } = planSlots(net.finish(), elementCount);
    expect(sizes).toEqual([2, 2]);
    expect(slotOf).toEqual([undefined, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test('a tensor updated in place keeps its slot, and the branch another', () => {
    const net = new Recorder('Residual');
    const modulation = net.external('modulation', rowsOf(1, wholeAxis(1)));
    const x = net.linear(net.external('start', rowsOf(4, wholeAxis(1))), layer);
    const branch = net.linear(x, layer);
    net.addGated(x, { modulation: modulation.id, chunk: 0 }, branch, layer, { tokens: 4 });
    const after = net.linear(x, layer);
    const { slotOf } = planSlots(net.finish(), elementCount);
    expect(slotOf[branch.id]).not.toBe(slotOf[x.id]);
    expect(slotOf[after.id]).toBe(slotOf[branch.id]);
  });

  test('of the free slots the one that fits best is taken', () => {
    const net = new Recorder('Sizes');
    const small = net.linear(net.external('small', rowsOf(2, wholeAxis(1))), layer);
    const large = net.linear(net.external('large', rowsOf(9, wholeAxis(1))), layer);
    const out = net.external('out', denseFloats(1, 1));
    const estimate = { items: 1, channels: 1, outChannels: 1 };
    net.estimate(small, large, out, estimate);
    const next = net.linear(net.external('middle', rowsOf(3, wholeAxis(1))), layer);
    const { slotOf, sizes } = planSlots(net.finish(), elementCount);
    expect(slotOf[next.id]).toBe(slotOf[large.id]);
    expect(sizes).toEqual([2, 9]);
  });

  test('a small tensor does not take the place of a large one', () => {
    const net = new Recorder('Small');
    const large = net.linear(net.external('large', rowsOf(100, wholeAxis(1))), layer);
    const after = net.linear(large, layer);
    const small = net.linear(net.external('small', rowsOf(2, wholeAxis(1))), layer);
    const next = net.linear(after, layer);
    net.addGated(next, { modulation: small.id, chunk: 0 }, after, layer, { tokens: 100 });
    const { slotOf, sizes } = planSlots(net.finish(), elementCount);
    expect(slotOf[next.id]).toBe(slotOf[large.id]);
    expect(sizes).toEqual([100, 100, 2]);
  });

  test('a result that nobody reads holds its slot for its own op only', () => {
    const net = new Recorder('Unread');
    const x = net.external('x', rowsOf(1, wholeAxis(1)));
    const unread = net.linear(x, layer);
    const next = net.linear(x, layer);
    const { slotOf } = planSlots(net.finish(), elementCount);
    expect(slotOf[next.id]).toBe(slotOf[unread.id]);
  });
});
