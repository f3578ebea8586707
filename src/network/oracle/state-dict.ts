import { classRows, type DitConfig } from '../config';
import { TIMESTEP_COLUMNS } from './sinusoids';

/** Channels of the token router's hidden layer, D/16 rounded down as in the authors' code. */
export function tokenRouterWidth(hiddenSize: number): number {
  return Math.floor(hiddenSize / 16);
}

/** Keys and shapes of a DiT's or DyDiT's state dict, in the order of the official code. */
export function stateDictShapes(config: DitConfig): ReadonlyMap<string, readonly number[]> {
  const { hiddenSize: D, numHeads: H, inChannels: C, patchSize: P } = config;
  const F = config.mlpRatio * D;
  const R = tokenRouterWidth(D);
  const Cout = config.learnSigma ? 2 * C : C;
  const shapes = new Map<string, readonly number[]>();
  const linear = (key: string, inputs: number, outputs: number) => {
    shapes.set(`${key}.weight`, [outputs, inputs]);
    shapes.set(`${key}.bias`, [outputs]);
  };

  shapes.set('pos_embed', [1, (config.inputSize / P) ** 2, D]);
  shapes.set('x_embedder.proj.weight', [D, C, P, P]);
  shapes.set('x_embedder.proj.bias', [D]);
  linear('t_embedder.mlp.0', TIMESTEP_COLUMNS, D);
  linear('t_embedder.mlp.2', D, D);
  shapes.set('y_embedder.embedding_table.weight', [classRows(config), D]);
  if (config.numStyles > 0) {
    shapes.set('s_embedder.embedding_table.weight', [config.numStyles + 1, D]);
  }
  if (config.conditions) shapes.set('a_embedder.weight', [D, config.conditions]);
  for (let layer = 0; layer < config.depth; layer++) {
    const block = `blocks.${layer}`;
    linear(`${block}.attn.qkv`, D, 3 * D);
    linear(`${block}.attn.proj`, D, D);
    linear(`${block}.mlp.fc1`, D, F);
    linear(`${block}.mlp.fc2`, F, D);
    linear(`${block}.adaLN_modulation.1`, D, 6 * D);
    if (config.dynamic) {
      linear(`${block}.attn_rate.router`, D, H - 1);
      linear(`${block}.mlp_rate.router`, D, H - 1);
      linear(`${block}.token_selection.mlp_head.0`, D, R);
      linear(`${block}.token_selection.mlp_head.2`, R, 1);
    }
  }
  linear('final_layer.linear', D, P * P * Cout);
  linear('final_layer.adaLN_modulation.1', D, 2 * D);
  return shapes;
}
