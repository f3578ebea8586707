import { multiplyAdd } from './vector';

/**
 * e^x, four at a time, to 2e-7 of itself: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial in r, and
 * n added to the exponent. Below -87.3 the result is e^-87.3, above 88.3 it is e^88.3; NaN stays.
 */
@inline
export function exp4(x: v128): v128 {
  const clamped = f32x4.pmax(f32x4.pmin(x, f32x4.splat(88.3)), f32x4.splat(-87.3));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.4426950408889634)));
  // ln 2 in two parts, the first short enough for n times it to be exact
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), clamped);
  r = multiplyAdd(n, f32x4.splat(2.1219444e-4), r);
  let p = f32x4.splat(1.98756915e-4);
  p = multiplyAdd(p, r, f32x4.splat(1.3981999507e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1));
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const exponent = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, exponent);
}

/** e^x of one number. */
@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

/** x / (1 + e^-x) */
@inline
export function silu4(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/**
 * 0.5 x (1 + tanh(u)), u = sqrt(2/pi) (x + 0.044715 x^3), as x / (1 + e^-2u): the same, without the
 * cancellation of 1 + tanh at large negative x.
 */
@inline
export function gelu4(x: v128): v128 {
  const cubic = multiplyAdd(f32x4.mul(x, f32x4.splat(0.044715)), f32x4.mul(x, x), x);
  const power = exp4(f32x4.mul(cubic, f32x4.splat(-1.5957691216057308)));
  return f32x4.div(x, f32x4.add(f32x4.splat(1), power));
}

/** tanh of one number, as 1 - 2 / (e^2x + 1); to 1e-7, which is no small part of a small x. NaN stays. */
@inline
export function tanh1(x: f32): f32 {
  return 1 - 2 / (exp1(2 * x) + 1);
}
