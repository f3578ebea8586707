// By its bits: a compiler may assume that floats are finite and drop a comparison.
fn is_finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}
