// What every attention kernel reads: qkv [B*N, 3, active heads, E], y [B*N, active heads, E]. The softmax
// is summed upwards over tiles of TILE_KEYS keys, so that the choice of a kernel never changes a bit.
override HEAD_VEC4: u32 = 8; // E/4, a head in vec4
const TILE_KEYS = 32u;

struct Dims {
  tokens: u32, // N
  record: u32, // of the active heads
  scale: f32, // E^-1/2 of the unpadded E
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn sum_of(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}
