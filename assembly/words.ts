/** Word `field` of a record. */
@inline
export function word(record: usize, field: i32): u32 {
  return load<u32>(record + ((<usize>field) << 2));
}

/** Word `field` of a record, as a number. */
@inline
export function real(record: usize, field: i32): f32 {
  return load<f32>(record + ((<usize>field) << 2));
}

@inline
export function ceilDivide(a: u32, b: u32): u32 {
  return (a + b - 1) / b;
}

@inline
export function align16(address: usize): usize {
  return (address + 15) & ~15;
}
