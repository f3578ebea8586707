// y[b] = SiLU(temb[evaluation] + class_table[class of b] + style_table[style of b]).
// Shapes: temb [evaluations, D], class_table [classes + 1, D], style_table [styles + 1, D],
// labels [B, 2] (class, style), y [B, D].
// A thread makes one vec4 of one item.
// Assumes: D % 4 == 0; a model without styles binds one row of zeros as its style table.
struct Dims {
  items: u32, // B
  width: u32, // D, in vec4
}

struct Step {
  table_base: u32,
  evaluation: u32, // row of temb
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> temb: array<vec4f>;
@group(0) @binding(3) var<storage, read> class_table: array<vec4f>;
@group(0) @binding(4) var<storage, read> style_table: array<vec4f>;
@group(0) @binding(5) var<storage, read> labels: array<vec2u>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let item = id.y;
  if (column >= dims.width) {
    return;
  }
  let label = labels[item];
  let c = temb[step.evaluation * dims.width + column]
    + class_table[label.x * dims.width + column]
    + style_table[label.y * dims.width + column];
  y[item * dims.width + column] = c / (1.0 + exp(-clamp(c, vec4f(-80.0), vec4f(80.0))));
}
