import { wholeAxis } from '../../ops/axis';
import type { LinearLayer, TableLayer, TokenRouterLayer } from '../../ops/layer';
import type { DitConfig } from '../config';
import { outChannels, tokenCount } from '../config';

/** Columns of the sinusoidal embedding of a timestep; the official models all use 256. */
export const frequencyColumns = 256;

/** Name of all width routers as one layer; it stands in no checkpoint. */
export const widthRoutersName = 'widthRouters';

export interface BlockLayers {
  readonly adaLN: LinearLayer;
  readonly qkv: LinearLayer;
  readonly proj: LinearLayer;
  /** Absent in a static DiT. */
  readonly tokenRouter?: TokenRouterLayer;
  readonly fc1: LinearLayer;
  readonly fc2: LinearLayer;
}

/** Every layer of a DiT or DyDiT, by the names of the official state dict. */
export interface DitLayers {
  readonly patchEmbed: LinearLayer;
  readonly positions: TableLayer;
  readonly timeIn: LinearLayer;
  readonly timeOut: LinearLayer;
  /** D -> 2L(H-1): row (layer*2 + kind)*(H-1) + unit - 1; absent in a static DiT. */
  readonly widthRouters?: LinearLayer;
  readonly blocks: readonly BlockLayers[];
  readonly finalAdaLN: LinearLayer;
  readonly finalLinear: LinearLayer;
}

export function ditLayers(config: DitConfig): DitLayers {
  const { hiddenSize, numHeads, depth, patchSize, inChannels, dynamic } = config;
  const width = wholeAxis(hiddenSize); // D
  const linear = (name: string, n: LinearLayer['n'], k: LinearLayer['k']): LinearLayer => ({
    ...{ kind: 'linear', name, n, k },
  });
  return {
    patchEmbed: linear('x_embedder.proj', width, wholeAxis(inChannels * patchSize ** 2)),
    positions: { kind: 'table', name: 'pos_embed', rows: tokenCount(config), columns: hiddenSize },
    timeIn: linear('t_embedder.mlp.0', width, wholeAxis(frequencyColumns)),
    timeOut: linear('t_embedder.mlp.2', width, width),
    widthRouters:
      dynamic && numHeads > 1
        ? linear(widthRoutersName, wholeAxis(2 * depth * (numHeads - 1)), width)
        : undefined,
    blocks: Array.from({ length: depth }, (_, layer) => blockLayers(config, `blocks.${layer}`)),
    finalAdaLN: linear('final_layer.adaLN_modulation.1', wholeAxis(2 * hiddenSize), width),
    finalLinear: linear(
      'final_layer.linear',
      wholeAxis(patchSize ** 2 * outChannels(config)),
      width,
    ),
  };
}

function blockLayers(config: DitConfig, block: string): BlockLayers {
  const { hiddenSize, numHeads, mlpRatio, dynamic } = config;
  const width = wholeAxis(hiddenSize); // D
  const heads = { groups: numHeads, group: hiddenSize / numHeads }; // H x E
  const groups = { groups: numHeads, group: (mlpRatio * hiddenSize) / numHeads }; // H x G
  const qkv = { groups: 3 * numHeads, group: heads.group }; // 3H x E
  return {
    adaLN: {
      kind: 'linear',
      name: `${block}.adaLN_modulation.1`,
      n: wholeAxis(6 * hiddenSize),
      k: width,
    },
    qkv: { kind: 'linear', name: `${block}.attn.qkv`, n: qkv, k: width },
    proj: { kind: 'linear', name: `${block}.attn.proj`, n: width, k: heads },
    tokenRouter: dynamic
      ? {
          kind: 'tokenRouter',
          name: `${block}.token_selection.mlp_head`,
          width: hiddenSize,
          // Networks for tests are narrower than that.
          hidden: Math.max(1, Math.floor(hiddenSize / 16)),
        }
      : undefined,
    fc1: { kind: 'linear', name: `${block}.mlp.fc1`, n: groups, k: width },
    fc2: { kind: 'linear', name: `${block}.mlp.fc2`, n: width, k: groups },
  };
}
