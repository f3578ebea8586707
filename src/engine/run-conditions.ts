import { conditionIndex, moveNames, type ConditionName } from '../network/conditions';
import type { DitConfig } from '../network/config';
import type { ImageConditions, LabelMix, WeightedLabel } from '../network/dit/label';
import type { GenerateRequest, ModelInfo } from './api';
import { guidanceHalves } from './guidance-halves';
import { drawMoves, type DrawnMoves } from './moves';

/** What the images of a run are told, and whether null labels run beside them. */
export interface RunConditions extends ImageConditions {
  readonly guided: boolean;
}

/**
 * What a request tells the network of each image. Image k draws its moves from seed + k (mod 2^32),
 * from a stream of their own, so that plain pictures keep their bits.
 */
export function runConditions(
  config: DitConfig,
  request: GenerateRequest,
  variation: ModelInfo['variation'],
): RunConditions {
  const { images, seed, labels, guidance } = request;
  const foldedGuidance = conditionIndex(config, 'guidance') !== undefined;
  const guided = guidanceHalves(request, { foldedGuidance }) === 2;
  const drawn = Array.from({ length: images }, (_, k) => drawMoves((seed + k) >>> 0));
  return {
    guided,
    labels: drawn.map((draw) =>
      blended(
        labels,
        otherStyle(config, labels, draw),
        request.variation * (variation?.styleBlend ?? 0) * draw.styleWeight,
      ),
    ),
    ...(config.conditionNames && {
      inputs: drawn.map((draw) => inputsOf(config, request, draw, guided ? 0 : guidance - 1)),
    }),
  };
}

/** The linear inputs of an image (K). */
function inputsOf(
  config: DitConfig,
  { variation, moves }: GenerateRequest,
  drawn: DrawnMoves,
  guidance: number,
): readonly number[] {
  const inputs = new Array<number>(config.conditions ?? 0).fill(0);
  const set = (name: ConditionName, value: number): void => {
    const index = conditionIndex(config, name);
    if (index !== undefined) inputs[index] = value;
  };
  for (const name of moveNames) {
    // A mirror image is there or not, however little the seed may change.
    const strength = name === 'mirror' && variation > 0 ? 1 : variation;
    set(name, moves ? (moves[name] ?? 0) : strength * drawn.moves[name]);
  }
  set('guidance', guidance);
  return inputs;
}

/** One of the styles that are not asked for; undefined where there is none, or none was asked for. */
function otherStyle(
  { numStyles }: DitConfig,
  labels: LabelMix,
  { style }: DrawnMoves,
): number | undefined {
  // The row after the last style is the null style.
  const asked = new Set(labels.map(({ styleId = numStyles }) => styleId));
  asked.delete(numStyles);
  if (asked.size === 0) return undefined;
  const others = Array.from({ length: numStyles }, (_, id) => id).filter((id) => !asked.has(id));
  return others.at(Math.floor(style * others.length));
}

/** Labels whose styles give way to another by its share. */
function blended(labels: LabelMix, other: number | undefined, share: number): LabelMix {
  if (other === undefined || share === 0) return labels;
  return labels.flatMap((label): readonly WeightedLabel[] => [
    { ...label, weight: label.weight * (1 - share) },
    { ...label, styleId: other, weight: label.weight * share },
  ]);
}
