// y[p] = RGBA bytes of clamp(127.5 * x[p] + 128, 0, 255) rounded down, alpha 255, and, beside it,
// flags[0] = 1 where a value is not finite.
// Shapes: x [pixels, 4] (RGB and padding), y [pixels], red in the lowest byte.
// A thread makes one pixel.
// Assumes: nothing; the arithmetic is that of the authors' sample.py.
struct Dims {
  pixels: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [pixels]
@group(0) @binding(2) var<storage, read_write> y: array<u32>; // [pixels]
@group(0) @binding(3) var<storage, read_write> flags: array<atomic<u32>>; // [1]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  if (pixel >= dims.pixels) {
    return;
  }
  let value = x[pixel].rgb;
  let bytes = vec3u(clamp(127.5 * value + 128.0, vec3f(0.0), vec3f(255.0)));
  y[pixel] = bytes.r | (bytes.g << 8) | (bytes.b << 16) | (255u << 24);
  if (!is_finite(value.r) || !is_finite(value.g) || !is_finite(value.b)) {
    atomicStore(&flags[0], 1u);
  }
}
