// y[b, c, h*P + p, w*P + q] = x[b, (h, w), (p, q, c)]: "nhwpqc->nchpwq".
// Shapes: x [B*N, P*P*Cout], y [B, Cout, S, S].
// A thread makes one latent pixel of one channel.
// Assumes: rows of x are `stride` floats apart (P*P*Cout padded to a multiple of 4).
struct Dims {
  items: u32, // B
  channels: u32, // Cout
  side: u32, // S
  patch_size: u32, // P
  stride: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixels = dims.side * dims.side;
  let pixel = id.x;
  let channel = id.y;
  let item = id.z;
  if (pixel >= pixels) {
    return;
  }
  let row = pixel / dims.side;
  let column = pixel % dims.side;
  let patches = dims.side / dims.patch_size;
  let token = (item * patches + row / dims.patch_size) * patches + column / dims.patch_size;
  let within = (row % dims.patch_size) * dims.patch_size + column % dims.patch_size;
  y[(item * dims.channels + channel) * pixels + pixel] =
    x[token * dims.stride + within * dims.channels + channel];
}
