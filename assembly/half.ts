/** Widens four halves, subnormal ones too; infinity and NaN are not among weights. */
@inline
function widen4(h: v128): v128 {
  const magnitude = v128.and(h, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.xor(h, magnitude), 16);
  // A half's exponent is 112 lower. Subnormal: make it 2^-14 (1 + f), then take 2^-14 away.
  const subnormal = i32x4.lt_s(magnitude, i32x4.splat(0x0400));
  const exponent = i32x4.sub(i32x4.splat(112 << 23), i32x4.shl(subnormal, 23));
  const value = i32x4.add(i32x4.shl(magnitude, 13), exponent);
  const excess = v128.and(subnormal, i32x4.splat(113 << 23));
  return v128.or(f32x4.sub(value, excess), sign);
}

/** to (count, 8) f32 = from (count, 8) halves */
export function widen(from: usize, to: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const h = v128.load(from);
    v128.store(to, widen4(i32x4.extend_low_i16x8_u(h)), 0);
    v128.store(to, widen4(i32x4.extend_high_i16x8_u(h)), 16);
    from += 16;
    to += 32;
  }
}
