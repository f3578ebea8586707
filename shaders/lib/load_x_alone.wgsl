// Vec4 `index` of x, read by every thread for itself; compare load_x_quad.wgsl.
fn load_k(index: u32, quad_lane: u32) -> vec4f {
  return x[index];
}
