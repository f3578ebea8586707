// g = u + scale * (c - u) on the guided channels; the others come from the item's own half.
// Shapes: x [B, Cout, S, S] (conditional half, then unconditional), y the same.
// A thread makes one latent pixel of one channel of one item.
// Assumes: B even where scale is not 1; without guidance it only copies.
struct Dims {
  images: u32, // items of a half
  channels: u32, // Cout
  guided: u32, // channels below this one are guided
  pixels: u32, // S*S
  scale: f32,
  halves: u32, // 1 or 2
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  let channel = id.y;
  let item = id.z;
  if (pixel >= dims.pixels) {
    return;
  }
  let index = (item * dims.channels + channel) * dims.pixels + pixel;
  if (dims.halves == 2 && channel < dims.guided) {
    let image = item % dims.images;
    let conditional = x[(image * dims.channels + channel) * dims.pixels + pixel];
    let unconditional = x[((image + dims.images) * dims.channels + channel) * dims.pixels + pixel];
    y[index] = unconditional + dims.scale * (conditional - unconditional);
  } else {
    y[index] = x[index];
  }
}
