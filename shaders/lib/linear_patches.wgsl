// End of the last linear layer, whose rows are patches: y[b, c, h*P + p, w*P + q] = value of token
// (b, h, w) in column (p, q, c), "nhwpqc->nchpwq"; compare shaders/unpatchify.wgsl.
struct PatchDims {
  channels: u32, // Cout
  side: u32, // S
  patch_size: u32, // P
}

@group(0) @binding(7) var<storage, read_write> y: array<f32>; // [B, Cout, S, S]
@group(0) @binding(12) var<uniform> patches: PatchDims;

fn store_output(row: u32, first_row: u32, column: u32, value: vec4f) {
  let token = token_of(row, first_row);
  let across = patches.side / patches.patch_size;
  let item = token / (across * across);
  let top = ((token / across) % across) * patches.patch_size;
  let left = (token % across) * patches.patch_size;
  for (var i = 0u; i < 4; i++) {
    let element = 4 * y_column(column) + i;
    let channel = element % patches.channels;
    let within = element / patches.channels;
    // Past the last patch column is padding.
    if (within < patches.patch_size * patches.patch_size) {
      let line = top + within / patches.patch_size;
      let start = ((item * patches.channels + channel) * patches.side + line) * patches.side;
      y[start + left + within % patches.patch_size] = value[i];
    }
  }
}
