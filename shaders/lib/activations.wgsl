// Numbers that the host reads from here, and the functions.
const ACTIVATION_NONE = 0u;
const ACTIVATION_GELU = 1u; // tanh form
const ACTIVATION_SILU = 2u;

fn gelu_tanh(v: vec4f) -> vec4f {
  let inner = 0.7978845608028654 * (v + 0.044715 * v * v * v);
  // tanh is 1 to f32 precision beyond 10; larger arguments overflow exp on some drivers.
  return 0.5 * v * (1.0 + tanh(clamp(inner, vec4f(-10.0), vec4f(10.0))));
}

fn silu(v: vec4f) -> vec4f {
  // exp overflows to infinity beyond 88 on some drivers; SiLU is 0 there to f32 precision.
  return v / (1.0 + exp(-clamp(v, vec4f(-80.0), vec4f(80.0))));
}

fn activate(activation: u32, v: vec4f) -> vec4f {
  if (activation == ACTIVATION_GELU) {
    return gelu_tanh(v);
  }
  if (activation == ACTIVATION_SILU) {
    return silu(v);
  }
  return v;
}
