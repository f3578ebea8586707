import type { RouterWeights } from '../weights';

/**
 * Linear(D, R) -> ReLU -> Linear(1) of one token; the token is kept where this is over 0.
 * @param x (D)
 */
export function tokenLogit(x: ArrayLike<number>, weights: RouterWeights): number {
  const { weight1, bias1, weight2, bias2 } = weights;
  let logit = bias2;
  for (let unit = 0; unit < bias1.length; unit++) {
    let hidden = bias1[unit];
    for (let k = 0; k < x.length; k++) hidden += x[k] * weight1[unit * x.length + k];
    logit += Math.max(hidden, 0) * weight2[unit];
  }
  return logit;
}
