// sum + a * w for four k, in their order: every kernel adds in the same order, whatever its tiles.
fn multiply_add(a: vec4f, w: mat4x4f, sum: vec4f) -> vec4f {
  return fma(vec4f(a.w), w[3], fma(vec4f(a.z), w[2], fma(vec4f(a.y), w[1], fma(vec4f(a.x), w[0], sum))));
}
