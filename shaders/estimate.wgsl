// y = latent*x + prediction*p: the clean latent as far as this step can tell, for previews.
// Shapes: x, y [B, C, S, S]; p [B, Cout, S, S].
// A thread makes one latent pixel of one channel of one item.
// Assumes: Cout >= C.
struct Coefficients {
  latent: f32,
  prediction: f32,
}

@group(0) @binding(1) var<uniform> coefficients: Coefficients;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> p: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  let channel = id.y;
  let item = id.z;
  if (pixel >= dims.pixels) {
    return;
  }
  let index = (item * dims.channels + channel) * dims.pixels + pixel;
  let p_index = (item * dims.out_channels + channel) * dims.pixels + pixel;
  y[index] = coefficients.latent * x[index] + coefficients.prediction * p[p_index];
}
