import type { AttentionOp } from '../../../ops/op';
import type { Program } from '../../../ops/program';
import type { Compilation } from '../compilation';
import type { BoundOp } from '../dispatch';
import type { GridSize } from '../gpu/kernel';
import { inVectors, paddedGroup } from '../layout';
import { widestHead, type AttentionShape } from '../variants/attention';

/** What the choice of a kernel for attention hangs on. */
export function attentionShape(
  op: AttentionOp,
  { program }: { readonly program: Program },
): AttentionShape {
  const { axis } = program.tensors[op.qkv];
  return {
    tokens: op.tokens,
    headVectors: inVectors(paddedGroup(axis)),
    heads: (op.items * axis.groups) / 3,
  };
}

/** Twin of shaders/attention*.wgsl. */
export async function bindAttention(op: AttentionOp, compilation: Compilation): Promise<BoundOp> {
  const { library, choice, records, step, widthTable } = compilation;
  const { axis } = compilation.tensor(op.qkv);
  const { tokens, items, heads } = op;
  const shape = attentionShape(op, compilation);
  if (shape.headVectors > widestHead) {
    throw compilation.unsupported(
      `heads of at most ${4 * widestHead} columns were expected; got ${axis.group}`,
    );
  }
  const variant = choice.attention(shape);
  const kernel = await variant.build(library, shape);
  const outAxis = { groups: axis.groups / 3, group: axis.group };
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      step: step.buffer,
      qkv: compilation.rows(op.qkv, axis),
      width_table: widthTable,
      y: compilation.rows(op.y, outAxis),
    },
    { dims: { tokens, record: records.record(heads), scale: axis.group ** -0.5 } },
  );
  const queryTiles = Math.ceil(tokens / kernel.constant('TILE_QUERIES'));
  const sizes = Array.from({ length: records.evaluations }, (_, evaluation): GridSize => [
    queryTiles,
    records.activeCount(heads, evaluation),
    items,
  ]);
  return {
    dispatches: [{ kernel: bound, grid: { kind: 'width', sizes } }],
  };
}
