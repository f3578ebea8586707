// x <- latent*x + weight0*p0 + weight1*p1 + noise * exp(0.5 * logvar), and, beside it,
// flags[0] = 1 where a value is not finite.
// logvar = f*max_log + (1-f)*min_log with f = (v+1)/2 where the variance is learned
// ("Improved DDPM", arXiv 2102.09672, eq. 15), else max_log.
// Shapes: x, noise [B, C, S, S]; p0, p1 [B, Cout, S, S], variance v in channels C..2C-1 of p0.
// A thread makes one latent pixel of one channel of one item.
// Assumes: Cout is C or 2C.
struct Coefficients {
  latent: f32,
  weight0: f32,
  weight1: f32,
  noise: f32, // 1 where noise is added, else 0
  min_log: f32,
  max_log: f32,
}

@group(0) @binding(1) var<uniform> coefficients: Coefficients;
@group(0) @binding(2) var<storage, read> p0: array<f32>;
@group(0) @binding(3) var<storage, read> p1: array<f32>;
@group(0) @binding(4) var<storage, read> noise: array<f32>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;
@group(0) @binding(6) var<storage, read_write> flags: array<atomic<u32>>;

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
  var value = coefficients.latent * x[index] + coefficients.weight0 * p0[p_index] + coefficients.weight1 * p1[p_index];
  if (coefficients.noise != 0.0) {
    var log_variance = coefficients.max_log;
    if (dims.out_channels == 2 * dims.channels) {
      let f = (p0[p_index + dims.channels * dims.pixels] + 1.0) / 2.0;
      log_variance = f * coefficients.max_log + (1.0 - f) * coefficients.min_log;
    }
    value += exp(0.5 * log_variance) * noise[index];
  }
  x[index] = value;
  if (!is_finite(value)) {
    atomicStore(&flags[0], 1u);
  }
}
