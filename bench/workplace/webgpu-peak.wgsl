// y[i] = what is left of ROUNDS x 12 multiply-adds of vectors of four: registers only, no memory.
// Bindings: y (invocations), so that the sums are needed.
// A workgroup: 64 invocations, each on its own twelve chains, which don't wait for one another.
// Assumes: nothing.

@group(0) @binding(0) var<storage, read_write> y: array<f32>;

override rounds: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let scale = vec4f(0.999);
  let step = vec4f(f32(id.x) * 1e-9 + 0.001);
  var a = vec4f(1);
  var b = vec4f(2);
  var c = vec4f(3);
  var d = vec4f(4);
  var e = vec4f(5);
  var f = vec4f(6);
  var g = vec4f(7);
  var h = vec4f(8);
  var i = vec4f(9);
  var j = vec4f(10);
  var k = vec4f(11);
  var l = vec4f(12);
  for (var round = 0u; round < rounds; round++) {
    a = fma(a, scale, step);
    b = fma(b, scale, step);
    c = fma(c, scale, step);
    d = fma(d, scale, step);
    e = fma(e, scale, step);
    f = fma(f, scale, step);
    g = fma(g, scale, step);
    h = fma(h, scale, step);
    i = fma(i, scale, step);
    j = fma(j, scale, step);
    k = fma(k, scale, step);
    l = fma(l, scale, step);
  }
  y[id.x] = dot(a + b + c + d + e + f + g + h + i + j + k + l, vec4f(1));
}
