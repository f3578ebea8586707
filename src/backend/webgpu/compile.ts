import { DyditError } from '../../errors';
import type { LinearLayer } from '../../ops/layer';
import { writesOf, type Program } from '../../ops/program';
import { planSlots } from '../../ops/slots';
import { elementCount, type Tensor } from '../../ops/tensor';
import type { ActiveWidth } from '../../ops/width';
import type { CompileOptions, Precision } from '../backend';
import { sideBySide } from '../side-by-side';
import type { Turn } from '../turn';
import type { CommandOrder } from './command-order';
import { Compilation } from './compilation';
import { expectGrid, type Dispatch } from './dispatch';
import { GpuExecutable, type Work } from './executable';
import { BufferArena } from './gpu/buffer';
import { thrownByDevice } from './gpu/failure';
import { reflectShader } from './gpu/reflection';
import { RunTimestamps } from './gpu/timestamps';
import { UniformBuffer } from './gpu/uniform';
import type { KernelLibrary } from './kernel-library';
import { byteLength } from './layout';
import { bindStep } from './ops/bind-op';
import { linearShape } from './ops/linear';
import { stepSource } from './shaders';
import type { Pace } from './pace';
import { planSteps, usesOf, type Step } from './steps';
import { GpuStorage } from './storage';
import type { VariantChoice } from './variants/choice';
import { groupsOf, type GroupRange } from './slices';
import type { GpuWeights, MatrixBuffers } from './weights';
import { fullMultiplyAdds } from './work';
import { WidthRecords } from './width-records';

/** What a program is compiled with, once it is known to be this backend's own. */
export interface GpuCompileOptions {
  readonly choice: VariantChoice;
  readonly precision: Precision;
  readonly pace: Pace;
  readonly turn: Turn;
  readonly order: CommandOrder;
  readonly weights: GpuWeights;
  readonly storage: CompileOptions['storage'];
  readonly width?: ActiveWidth;
  readonly timedRuns: number;
  readonly onDestroy: (executable: GpuExecutable) => void;
}

const [stepVariable] = reflectShader(stepSource).variables;

/**
 * Allocates a program's tensors, binds its ops, and uploads what its runs have in common.
 * @throws DyditError `limit-too-small`, `out-of-memory`, `shader-failed`, `checkpoint-unsupported`
 */
export async function compileProgram(
  library: KernelLibrary,
  program: Program,
  options: GpuCompileOptions,
): Promise<GpuExecutable> {
  const { gpu } = library;
  const { choice, precision, weights, pace, turn, order, onDestroy } = options;
  const { label } = program;
  const arena = new BufferArena(gpu, label);
  try {
    const records = new WidthRecords(program, options.width, (layer) =>
      sliceRanges(weights.matrix(layer), layer),
    );
    const step = arena.adopt(new UniformBuffer(gpu, label, stepVariable));
    const steps = planSteps(program, {
      norm: (_, linear) => choice.fusesNorm(linearShape(linear, { program, weights, precision })),
      unpatchify: true,
    });
    const compilation = new Compilation({
      program,
      library,
      ...{ choice, precision, pace, weights },
      arena,
      buffers: tensorBuffers(program, steps, arena, options.storage),
      step,
      records,
      widthTable: arena.upload('widthTable', records.words()),
    });
    // All at once, so that a driver can compile shaders side by side.
    const ops = await sideBySide(steps.map((each) => bindStep(each, compilation)));
    for (const dispatch of ops.flatMap(({ dispatches }) => dispatches)) expectGrid(dispatch);
    const timestamps = arena.adopt(new RunTimestamps(gpu, options.timedRuns));
    const works = ops.flatMap(({ dispatches }, index) =>
      worksOf(program, steps[index], dispatches),
    );
    return new GpuExecutable(gpu, {
      ...{ label, ops, works, records, step, timestamps, arena, pace, turn, order, onDestroy },
    });
  } catch (thrown) {
    arena.destroy();
    throw thrownByDevice(`preparing ${label}`, thrown);
  }
}

/** Groups of the slices of a weight, where it has several. */
function sliceRanges(
  { slices }: MatrixBuffers,
  { n }: LinearLayer,
): readonly GroupRange[] | undefined {
  return slices.length > 1 && n.groups > 1 ? slices.map((slice) => groupsOf(slice, n)) : undefined;
}

/** Multiply-adds that moving one element of a result costs as much time as. */
const elementWork = 8;

/** The dispatches of a step with a like share of its cost each. */
function worksOf(program: Program, { op }: Step, dispatches: readonly Dispatch[]): readonly Work[] {
  const elements = writesOf(op).reduce((sum, id) => sum + elementCount(program.tensors[id]), 0);
  const all = fullMultiplyAdds(op, program) + elementWork * elements;
  return dispatches.map((dispatch) => ({ dispatch, multiplyAdds: all / dispatches.length }));
}

/** By the tensor's id: what was bound by name, or a slot shared with others. */
function tensorBuffers(
  program: Program,
  steps: readonly Step[],
  arena: BufferArena,
  storage: CompileOptions['storage'],
): readonly (GPUBuffer | undefined)[] {
  const uses = steps.map((step) => usesOf(program, step));
  const { slotOf, sizes } = planSlots(program, byteLength, uses);
  const slots = sizes.map((size, slot) => arena.create(`slot${slot}`, size));
  return program.tensors.map((tensor) => {
    if (tensor.external !== undefined) return externalBuffer(program, tensor, storage);
    const slot = slotOf[tensor.id];
    return slot === undefined ? undefined : slots[slot];
  });
}

function externalBuffer(
  { label }: Program,
  tensor: Tensor,
  storage: CompileOptions['storage'],
): GPUBuffer {
  const name = tensor.external ?? '';
  const given = Object.hasOwn(storage, name) ? storage[name] : undefined;
  if (!(given instanceof GpuStorage)) {
    throw new DyditError('internal', `${label}: no storage of this lane is bound to "${name}".`);
  }
  const { rows, axis, type, layout } = given.spec;
  if (
    rows === tensor.rows &&
    axis.groups === tensor.axis.groups &&
    axis.group === tensor.axis.group &&
    type === tensor.type &&
    layout === tensor.layout
  ) {
    return given.buffer;
  }
  throw new DyditError(
    'internal',
    `${label}: "${name}" is ${describe(tensor)}; its storage ${describe(given.spec)}.`,
  );
}

function describe({ rows, axis, type, layout }: GpuStorage['spec']): string {
  return `${rows} x ${axis.groups} x ${axis.group} ${type} ${layout}`;
}
