// y[i] = what is left of `rounds` x ROUND_WORK multiply-adds: registers only, no memory.
// Bindings: y (invocations), so that the sums are needed.
// A workgroup: THREADS invocations, each on chains of its own, which don't wait for one another: twelve
// for cards, which have the registers and need as many; two, several times a round, for processors that
// imitate a card, which have few registers and pay for every variable that a loop carries.
// Assumes: nothing.
const THREADS = 64u;
const ROUND_WORK = 192u; // multiply-adds of an invocation in a round, of either entry point

@group(0) @binding(0) var<storage, read_write> y: array<f32>;

override rounds: u32 = 1;

const scale = vec4f(0.999);

fn step_of(id: u32) -> vec4f {
  return vec4f(f32(id) * 1e-9 + 0.001);
}

@compute @workgroup_size(THREADS)
fn twelve_chains(@builtin(global_invocation_id) id: vec3u) {
  let step = step_of(id.x);
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
  for (var round = 0u; round < 4 * rounds; round++) {
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

// Four multiply-adds of a chain, one after the other.
fn four_more(sum: vec4f, step: vec4f) -> vec4f {
  return fma(fma(fma(fma(sum, scale, step), scale, step), scale, step), scale, step);
}

@compute @workgroup_size(THREADS)
fn two_chains(@builtin(global_invocation_id) id: vec3u) {
  let step = step_of(id.x);
  var a = vec4f(1);
  var b = vec4f(2);
  for (var round = 0u; round < 2 * rounds; round++) {
    a = four_more(a, step);
    b = four_more(b, step);
    a = four_more(a, step);
    b = four_more(b, step);
    a = four_more(a, step);
    b = four_more(b, step);
  }
  y[id.x] = dot(a + b, vec4f(1));
}
