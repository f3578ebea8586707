// Vec4 `index` of x, which is the same for the four threads of a quad: each reads one of the numbers, and
// all get the four. Where a thread's reads are gathered one by one, that is a quarter of them.
// Assumes: a workgroup is a row of threads; those side by side are a quad and come here together, as on the
// processors that imitate a graphics card; WGSL promises the first of no device.
enable subgroups;
diagnostic(off, subgroup_uniformity);

fn load_k(index: u32, quad_lane: u32) -> vec4f {
  let own = x[index][quad_lane];
  return vec4f(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u), quadBroadcast(own, 3u));
}
