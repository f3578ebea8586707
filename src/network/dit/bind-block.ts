import type { BufferArena } from '../../backend/webgpu/gpu/buffer';
import type { BoundKernel } from '../../backend/webgpu/gpu/kernel';
import {
  linearVariants,
  normTileRows,
  type KernelLibrary,
} from '../../backend/webgpu/kernels/library';
import type { DitConfig } from '../config';
import { bindLinear, type LinearContext } from './bind-linear';
import { tokenCount } from './cost';
import type { RunBuffers } from './run-buffers';
import { paddedGroup } from './weight-layout';
import type { BlockWeights } from './weights';
import { layerRecords } from './width-table';

/** One block's kernels, bound, in the order they run. */
export interface BoundBlock {
  readonly adaLN: BoundKernel;
  readonly norm1: BoundKernel;
  readonly qkv: BoundKernel;
  readonly attention: BoundKernel;
  readonly proj: BoundKernel;
  /** Absent where all tokens are kept. */
  readonly tokens?: { readonly router: BoundKernel; readonly compact: BoundKernel };
  readonly norm2: BoundKernel;
  readonly fc1: BoundKernel;
  readonly fc2: BoundKernel;
}

/** Columns of a block's modulation, in units of D, in the order of the official code. */
const chunk = { shift1: 0, scale1: 1, gate1: 2, shift2: 3, scale2: 4, gate2: 5 } as const;

/** @param items B of the run */
export async function bindBlock(
  library: KernelLibrary,
  config: DitConfig,
  arena: BufferArena,
  context: LinearContext,
  buffers: RunBuffers,
  weights: BlockWeights,
  layer: number,
  items: number,
  dynamicTokens: boolean,
): Promise<BoundBlock> {
  const name = (part: string) => `Block${layer}.${part}`;
  const own = (kernel: BoundKernel) => arena.adopt(kernel);
  const records = layerRecords(config, layer);
  const tokens = tokenCount(config);
  const width4 = config.hiddenSize / 4;
  const stride = 6 * width4;
  const { x, normed, qkv, attended, hidden, modulation, allTokens, kept, grids } = buffers;
  const router = dynamicTokens ? weights.tokenRouter : undefined;
  const rows = router ? buffers.keptRows : allTokens;

  const norm = await library.plain('layerNormModulate');
  const bindNorm = (part: string, list: GPUBuffer, shift: number, scale: number) =>
    own(
      norm.bind(
        name(part),
        { x, modulation, rows: list, y: normed },
        {
          dims: {
            width: width4,
            tokens,
            stride,
            shift: shift * width4,
            scale: scale * width4,
          },
        },
      ),
    );
  const gatedBy = (gate: number) => ({
    buffers: { modulation },
    uniforms: { gate: { tokens, stride, offset: gate * width4 } },
  });
  const { adaLN, proj, fc1, fc2 } = weights;
  const attention = await library.plain('attention', {
    HEAD_VEC4: paddedGroup(weights.qkv.n) / 4,
  });

  return {
    adaLN: own(
      bindLinear(await library.linear(adaLN.storage, 'none'), name('adaLN'), context, adaLN, {
        x: buffers.condition,
        y: modulation,
        rows: buffers.allItems,
      }),
    ),
    norm1: bindNorm('norm1', allTokens, chunk.shift1, chunk.scale1),
    qkv: own(
      bindLinear(
        await library.linear(weights.qkv.storage, 'none'),
        name('qkv'),
        context,
        weights.qkv,
        { x: normed, y: qkv, rows: allTokens },
        { n: records.qkv },
      ),
    ),
    attention: own(
      attention.bind(
        name('attention'),
        { step: context.step.buffer, qkv, width_table: context.widthTable, y: attended },
        {
          dims: {
            tokens,
            record: records.heads,
            scale: (config.hiddenSize / config.numHeads) ** -0.5,
          },
        },
      ),
    ),
    proj: own(
      bindLinear(
        await library.linearGatedScatter(proj.storage),
        name('proj'),
        context,
        proj,
        { x: attended, y: x, rows: allTokens },
        { k: records.heads },
        gatedBy(chunk.gate1),
      ),
    ),
    tokens: router && {
      router: own(
        (await library.plain('tokenRouter')).bind(
          name('tokenRouter'),
          { x, w1: router.w1, b1: router.b1, w2: router.w2, kept },
          {
            dims: {
              rows: items * tokens,
              width: width4,
              hidden: router.hidden,
              kept_start: layer * items * tokens,
            },
          },
        ),
      ),
      compact: own(
        (await library.plain('compactTokens')).bind(
          name('compactTokens'),
          { step: context.step.buffer, kept, width_table: context.widthTable, rows, grids },
          {
            dims: {
              tokens: items * tokens,
              kept_start: layer * items * tokens,
              group_record: records.groups,
              group_width: paddedGroup(fc1.n) / 4,
              out_width: width4,
              norm_rows: normTileRows,
              tile_rows: linearVariants[library.linearVariant].tileRows,
              tile_columns: linearVariants[library.linearVariant].tileColumns,
            },
          },
        ),
      ),
    },
    norm2: bindNorm('norm2', rows, chunk.shift2, chunk.scale2),
    fc1: own(
      bindLinear(
        await library.linear(fc1.storage, 'gelu'),
        name('fc1'),
        context,
        fc1,
        { x: normed, y: hidden, rows },
        { n: records.groups },
      ),
    ),
    fc2: own(
      bindLinear(
        await library.linearGatedScatter(fc2.storage),
        name('fc2'),
        context,
        fc2,
        { x: hidden, y: x, rows },
        { k: records.groups },
        gatedBy(chunk.gate2),
      ),
    ),
  };
}
