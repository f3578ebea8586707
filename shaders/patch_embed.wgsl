// y[b, n] = sum over the patch of x * w + bias + pos_embed[n]: a P x P convolution of stride P.
// Shapes: x [images, C, S, S], w [C*P*P, D], pos_embed [N, D], y [B*N, D]; item b reads image b % images.
// A thread makes one vec4 of one token.
// Assumes: D % 4 == 0, S % P == 0.
struct Dims {
  items: u32, // B
  images: u32,
  channels: u32, // C
  side: u32, // S
  patch_size: u32, // P
  width: u32, // D, in vec4
  k_scaled: u32, // rows of w that share their scales; for int8
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> pos_embed: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let token = id.y;
  let item = id.z;
  if (column >= dims.width) {
    return;
  }
  let patches = dims.side / dims.patch_size;
  let top = (token / patches) * dims.patch_size;
  let left = (token % patches) * dims.patch_size;
  let image = (item % dims.images) * dims.channels * dims.side * dims.side;
  var sum = vec4f(0.0);
  for (var c = 0u; c < dims.channels; c++) {
    for (var p = 0u; p < dims.patch_size; p++) {
      for (var q = 0u; q < dims.patch_size; q++) {
        let value = x[image + (c * dims.side + top + p) * dims.side + left + q];
        let k = (c * dims.patch_size + p) * dims.patch_size + q;
        let scale = load_scale(k, column, dims.width);
        sum = fma(vec4f(value), load_weight(k * dims.width + column, scale), sum);
      }
    }
  }
  let row = item * patches * patches + token;
  y[row * dims.width + column] = sum + bias[column] + pos_embed[token * dims.width + column];
}
