import type { AttentionShape } from './attention';
import type { ConvShape } from './conv';
import type { LinearShape } from './linear';

/** An op whose kernel a measurement may choose. */
export type TunedOp =
  | { readonly kind: 'linear'; readonly shape: LinearShape }
  | { readonly kind: 'attention'; readonly shape: AttentionShape }
  | { readonly kind: 'conv'; readonly shape: ConvShape };

/** Ops that are alike to a kernel: rows and tokens by powers of two, the rest as it is. */
export function keyOf(op: TunedOp): string {
  switch (op.kind) {
    case 'linear':
      return linearKey(op.shape);
    case 'attention': {
      const { tokens, headVectors, heads } = op.shape;
      return `attention ${bucketOf(tokens)} of ${headVectors}, ${bucketOf(heads)}`;
    }
    case 'conv': {
      const { pixels, phases, taps, channels, n, storage, adds, relu } = op.shape;
      const size = `${bucketOf(pixels)}x${phases} ${taps}x${taps}x${channels}x${n}`;
      return `conv ${size} ${storage}${adds ? ' adds' : ''}${relu ? ' relu' : ''}`;
    }
  }
}

function linearKey({ rows, k, n, ...rest }: LinearShape): string {
  const { storage, end, normed, kept, precision } = rest;
  const words = [
    `${bucketOf(rows)}x${k}x${n}`,
    storage,
    end,
    normed && 'normed',
    kept && 'kept',
    precision,
  ];
  return words.filter(Boolean).join(' ');
}

function bucketOf(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(8, count)));
}
