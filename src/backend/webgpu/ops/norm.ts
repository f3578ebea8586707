import { axisLength } from '../../../ops/axis';
import type { NormOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import type { Bindings, Uniforms } from '../gpu/kernel';
import { modulationColumn, modulationOf } from './modulation';

/** Twin of shaders/norm.wgsl. */
export async function bindNorm(op: NormOp, compilation: Compilation): Promise<BoundOp> {
  const { rows, axis } = compilation.tensor(op.x);
  const rowSource = compilation.rowSource(op, op.rows, rows);
  const kernel = await compilation.library.plain(rowSource.kept ? 'normKept' : 'norm');
  const { bindings, uniforms } = normBindings(op, compilation);
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      ...bindings,
      ...rowSource.bindings,
      step: compilation.step.buffer,
      x: compilation.rows(op.x, axis),
      y: compilation.rows(op.y, axis),
    },
    { ...uniforms, ...rowSource.uniforms },
  );
  // A workgroup makes whole rows.
  const grid = fixedGrid([1, Math.ceil(rows / kernel.constant('TILE_ROWS')), 1]);
  return { dispatches: [{ kernel: bound, grid }] };
}

/** What shaders/lib/norm_modulate.wgsl reads beside x. */
export function normBindings(
  op: NormOp,
  compilation: Compilation,
): { readonly bindings: Bindings; readonly uniforms: Uniforms } {
  const { axis } = compilation.tensor(op.x);
  if (axis.groups !== 1) throw compilation.misuse('a norm has an axis without groups');
  const width = axisLength(axis);
  const { modulation, stride } = modulationOf([op.shift, op.scale], compilation);
  return {
    bindings: { norm_modulation: modulation },
    uniforms: {
      norm: {
        width,
        tokens: op.tokens,
        stride,
        shift: modulationColumn(op.shift, width, compilation),
        scale: modulationColumn(op.scale, width, compilation),
      },
    },
  };
}
