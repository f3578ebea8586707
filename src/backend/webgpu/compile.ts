import { DyditError } from '../../errors';
import type { Program } from '../../ops/program';
import { planSlots } from '../../ops/slots';
import type { Tensor } from '../../ops/tensor';
import type { ActiveWidth } from '../../ops/width';
import type { CompileOptions } from '../backend';
import { sideBySide } from '../side-by-side';
import { Compilation } from './compilation';
import { expectGrid } from './dispatch';
import { GpuExecutable } from './executable';
import { BufferArena } from './gpu/buffer';
import { reflectShader } from './gpu/reflection';
import { RunTimestamps } from './gpu/timestamps';
import { UniformBuffer } from './gpu/uniform';
import type { KernelLibrary } from './kernel-library';
import { byteLength } from './layout';
import { bindOp } from './ops/bind-op';
import { RowGrids } from './row-grids';
import { stepSource } from './shaders';
import { GpuStorage } from './storage';
import { splitByCost } from './submissions';
import type { GpuWeights } from './weights';
import { WidthRecords } from './width-records';

/** What a program is compiled with, once it is known to be this backend's own. */
export interface GpuCompileOptions {
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
  const { label } = program;
  const arena = new BufferArena(gpu, label);
  try {
    const records = new WidthRecords(program, options.width);
    const step = arena.adopt(new UniformBuffer(gpu, label, stepVariable));
    const rowGrids = new RowGrids(program, arena);
    const compilation = new Compilation({
      program,
      library,
      weights: options.weights,
      arena,
      buffers: tensorBuffers(program, arena, options.storage),
      step,
      records,
      widthTable: arena.upload('widthTable', records.words()),
      rowGrids,
    });
    // All at once, so that a driver can compile shaders side by side.
    const ops = await sideBySide(program.ops.map((op) => bindOp(op, compilation)));
    for (const dispatch of ops.flatMap(({ dispatches }) => dispatches)) expectGrid(dispatch);
    rowGrids.upload();
    const timestamps = arena.adopt(new RunTimestamps(gpu, options.timedRuns));
    const submissions = splitByCost(program).map((steps) =>
      steps.flatMap((step) => ops[step].dispatches),
    );
    return new GpuExecutable(gpu, {
      ...{ label, ops, submissions, records, step, timestamps, arena },
      onDestroy: options.onDestroy,
    });
  } catch (error) {
    arena.destroy();
    throw error;
  }
}

/** By the tensor's id: what was bound by name, or a slot shared with others. */
function tensorBuffers(
  program: Program,
  arena: BufferArena,
  storage: CompileOptions['storage'],
): readonly GPUBuffer[] {
  const { slotOf, sizes } = planSlots(program, byteLength);
  const slots = sizes.map((size, slot) => arena.create(`slot${slot}`, size));
  return program.tensors.map((tensor) => {
    if (tensor.external !== undefined) return externalBuffer(program, tensor, storage);
    const slot = slotOf[tensor.id];
    // A tensor that nothing writes is not read either.
    return slot === undefined ? arena.create(`tensor${tensor.id}`, 0) : slots[slot];
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
