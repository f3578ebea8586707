// y[k, n] = element n * K + k of seeded halves, 0 in the padding of groups; see
// src/checkpoint/drawn-halves.ts, which draws the same bits.
// Shapes: y [K, N] in halves, two to a word, both axes with padding.
// A thread makes one word.
// Assumes: N padded to a multiple of 2.
struct Dims {
  seed: u32,
  step: f32,
  n_first: u32, // column that y begins with, counted without padding
  n_words: u32, // of a row of y
  n_group: u32,
  n_padded: u32, // group with padding
  k: u32, // K without padding
  k_rows: u32, // K with padding
  k_group: u32,
  k_padded: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;

fn hash(i: u32) -> u32 {
  let state = (i ^ dims.seed) * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737u;
  return (word >> 22) ^ word;
}

// Bits of the half nearest to a value, ties to even; zero for what would be subnormal.
fn half_bits(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let magnitude = bits & 0x7fffffffu;
  if (magnitude < 0x38800000u) {
    return 0;
  }
  let rounded = (magnitude + 0xfffu + ((magnitude >> 13) & 1)) >> 13;
  return ((bits >> 16) & 0x8000u) | (rounded - (112u << 10));
}

fn element(column: u32, row: u32) -> u32 {
  let n = column % dims.n_padded;
  let k = row % dims.k_padded;
  if (n >= dims.n_group || k >= dims.k_group) {
    return 0;
  }
  let of_n = dims.n_first + column / dims.n_padded * dims.n_group + n;
  let of_k = row / dims.k_padded * dims.k_group + k;
  let integer = i32(hash(of_n * dims.k + of_k) >> 16) - 32768;
  return half_bits(f32(integer) * dims.step);
}

@compute @workgroup_size(32, 2)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.n_words || id.y >= dims.k_rows) {
    return;
  }
  y[id.y * dims.n_words + id.x] = element(2 * id.x, id.y) | (element(2 * id.x + 1, id.y) << 16);
}
