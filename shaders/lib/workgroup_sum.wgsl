// Sum over the lanes of a workgroup, the same in every lane and in the same order every time.
const SUM_LANES = 64u;
var<workgroup> partial_sums: array<f32, SUM_LANES>;

fn workgroup_sum(lane: u32, value: f32) -> f32 {
  partial_sums[lane] = value;
  for (var half = SUM_LANES / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      partial_sums[lane] += partial_sums[lane + half];
    }
  }
  workgroupBarrier();
  let total = partial_sums[0];
  // Nobody may start the next sum before everybody has read this one.
  workgroupBarrier();
  return total;
}
