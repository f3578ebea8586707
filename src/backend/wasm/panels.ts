import { axisLength } from '../../ops/axis';
import type { ConvLayer, LinearLayer, WeightValues } from '../../ops/layer';
import { keptTaps } from '../phase-kernels';

/** Columns of a panel: two vectors of four. */
export const panelColumns = 8;

/** Sizes of a layer's weights in panels (K, 8), each group of n padded to whole panels. */
export interface PanelShape {
  readonly groups: number;
  /** Columns of a group. */
  readonly group: number;
  /** Panels of a group. */
  readonly panels: number;
  /** K: of a convolution, channels within taps, within phases. */
  readonly k: number;
  /** Of a convolution, as many as `kernelsOf` gives; 1 of a linear layer. */
  readonly taps: number;
}

export function panelShape(layer: LinearLayer | ConvLayer): PanelShape {
  const { groups, group } = layer.n;
  const taps = layer.kind === 'conv' ? keptTaps(layer) : 1;
  const k = layer.kind === 'conv' ? taps * layer.channels : axisLength(layer.k);
  return { groups, group, panels: Math.ceil(group / panelColumns), k, taps };
}

/** Elements of all panels. */
export function panelElements({ groups, panels, k }: PanelShape): number {
  return groups * panels * k * panelColumns;
}

/** Number and place in it of column `within` of a group. */
function columnOffset({ panels, k }: PanelShape, group: number, within: number): number {
  const panel = group * panels + Math.floor(within / panelColumns);
  return panel * k * panelColumns + (within % panelColumns);
}

/**
 * Lays PyTorch's weight (N, K), or (N, C, size, size), out in panels.
 * @param target zeros; halves where the source has them
 */
export function packPanels(
  shape: PanelShape,
  source: WeightValues,
  target: Float32Array | Uint16Array,
): void {
  const { groups, group, k, taps } = shape;
  const channels = k / taps;
  let from = 0;
  for (let g = 0; g < groups; g++) {
    for (let within = 0; within < group; within++) {
      const column = columnOffset(shape, g, within);
      for (let c = 0; c < channels; c++) {
        for (let tap = 0; tap < taps; tap++) {
          target[column + (tap * channels + c) * panelColumns] = source[from++];
        }
      }
    }
  }
}

/** Lays the bias (N) out beside the panels. @param target zeros */
export function packBias(shape: PanelShape, source: Float32Array, target: Float32Array): void {
  const { groups, group, panels } = shape;
  for (let g = 0; g < groups; g++) {
    target.set(source.subarray(g * group, (g + 1) * group), g * panels * panelColumns);
  }
}

/** Halves that are infinite or not numbers, which the kernels' widening does not know. */
export function hasOnlyFiniteHalves(values: Uint16Array): boolean {
  const exponent = 0x7c00;
  for (const bits of values) if ((bits & exponent) === exponent) return false;
  return true;
}
