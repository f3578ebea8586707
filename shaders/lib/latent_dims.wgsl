// Sizes of a latent [B, C, S, S] and of a prediction [B, Cout, S, S].
struct Dims {
  channels: u32, // C
  out_channels: u32, // Cout
  pixels: u32, // S*S
}

@group(0) @binding(0) var<uniform> dims: Dims;
