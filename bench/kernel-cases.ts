import { wholeAxis, type Axis } from '../src/ops/axis';
import type { LinearLayer } from '../src/ops/layer';
import type { Activation } from '../src/ops/op';
import { chunk, Recorder } from '../src/ops/recorder';
import type { Program } from '../src/ops/program';
import { rowsOf, type Tensor } from '../src/ops/tensor';
import type { ConfigName } from './names';

/** An op of a network at one of its shapes, for as many rows as an evaluation of a batch has. */
export interface KernelCase {
  readonly name: string;
  readonly config: ConfigName;
  readonly rows: number;
  /** Columns read and written. */
  readonly inner: number;
  readonly columns: number;
  /** Groups of the gated axis, all of them active. */
  readonly groups: number;
  readonly kind: Activation | 'addGated';
}

/** How the weights of a product lie in memory. */
export const kernelStorages = ['f32', 'f16', 'int8'] as const;

export type KernelStorage = (typeof kernelStorages)[number];

/** The linear layers of a block, whose shapes the target of the product kernels is stated for. */
export function kernelCases(batch: number): readonly KernelCase[] {
  return [
    ...blockCases('emoji', { rows: 64 * batch, D: 256, heads: 8 }),
    ...blockCases('s2', { rows: 256 * batch, D: 384, heads: 6 }),
    ...blockCases('xl2', { rows: 256 * batch, D: 1152, heads: 16 }),
  ];
}

/** Those of one block. */
export function blockCases(
  config: ConfigName,
  { rows, D, heads: groups }: { readonly rows: number; readonly D: number; readonly heads: number },
): readonly KernelCase[] {
  return [
    { name: 'qkv', kind: 'none', inner: D, columns: 3 * D, config, rows, groups: 3 * groups },
    { name: 'proj', kind: 'addGated', inner: D, columns: D, config, rows, groups },
    { name: 'fc1', kind: 'gelu', inner: D, columns: 4 * D, config, rows, groups },
    { name: 'fc2', kind: 'addGated', inner: 4 * D, columns: D, config, rows, groups },
  ];
}

/** Rows x inner x columns. */
export function shapeOf({ rows, inner, columns }: KernelCase): string {
  return `${rows} x ${inner} x ${columns}`;
}

/** Two flops a multiply-add. */
export function flopsOf({ rows, inner, columns }: KernelCase): number {
  return 2 * rows * inner * columns;
}

/** The tensors of a case: x, y and, for the end of a residual branch, its gate. */
export const kernelTensors = { x: 'x', y: 'y', gate: 'gate' } as const;

/**
 * The op alone, recorded.
 * @param times how often, one after the other
 */
export function recordKernel(
  given: KernelCase,
  times = 1,
): {
  readonly program: Program;
  readonly layer: LinearLayer;
  readonly tensors: Readonly<Record<string, Tensor>>;
} {
  const { name, kind, rows, inner, columns, groups } = given;
  const split = (length: number): Axis => ({ groups, group: length / groups });
  const ends = kind === 'addGated';
  const layer: LinearLayer = {
    ...{ kind: 'linear', name },
    n: ends ? wholeAxis(columns) : split(columns),
    k: ends ? split(inner) : wholeAxis(inner),
  };
  const net = new Recorder(`Bench.${name}`);
  const x = net.external(kernelTensors.x, rowsOf(rows, layer.k)); // (rows, inner)
  const y = net.external(kernelTensors.y, rowsOf(rows, layer.n)); // (rows, columns)
  if (kind !== 'addGated') {
    for (let i = 0; i < times; i++) net.linear(x, layer, { activation: kind, into: y });
    return { program: net.finish(), layer, tensors: { x, y } };
  }
  const gate = net.external(kernelTensors.gate, rowsOf(1, wholeAxis(columns))); // (1, columns)
  for (let i = 0; i < times; i++) net.addGated(y, chunk(gate, 0), x, layer, { tokens: rows });
  return { program: net.finish(), layer, tensors: { x, y, gate } };
}
