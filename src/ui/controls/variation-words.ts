import type { ModelInfo, MoveName } from '../../engine/api';

type Variation = NonNullable<ModelInfo['variation']>;

/** What a seed does with each kind of move. */
const verbs: readonly { readonly verb: string; readonly moves: readonly MoveName[] }[] = [
  { verb: 'turns', moves: ['mirror', 'tilt'] },
  { verb: 'moves', moves: ['zoom', 'shift_x', 'shift_y'] },
  { verb: 'tints', moves: ['hue'] },
];

/** What Variation changes with these weights, in a line. */
export function variationWords({ names, styleBlend }: Variation): string {
  const done = verbs.filter(({ moves }) => moves.some((move) => names.includes(move)));
  if (done.length === 0) return 'How much of another style each seed mixes in.';
  const list = done.map(({ verb }) => verb);
  const all = list.length === 1 ? list[0] : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  return `How far each seed ${all} it${styleBlend ? ', and mixes in another style' : ''}.`;
}
