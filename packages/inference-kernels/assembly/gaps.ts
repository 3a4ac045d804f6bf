// Products with a pruned matrix, given as the kept values and the number of pruned entries before each of them.

/** Number `at` of a list of numbers of 4 or 8 bits, the lower half of a byte first. */
function numberAt(list: usize, at: u32, bits: u32): i32 {
  const place = at * bits;
  return (<i32>load<u8>(list + (place >> 3)) >> (place & 7)) & ((1 << bits) - 1);
}

/**
 * `y [n] += x [m] · W` for a matrix W `[m, n]` of `count` values, all others 0.
 *
 * @param gaps for each value the number of zeros before it in reading order, in `bits` 4 or 8. The largest number, 15 or 255, means that many
 *   zeros and one more gap.
 */
export function gapsVector(x: usize, n: i32, gaps: usize, bits: i32, count: i32, values: usize, y: usize): void {
  const most = (1 << bits) - 1;
  const parts = bits === 4 ? 2 : 1;
  const end = values + 4 * count;
  let input = load<f32>(x);
  let column = 0;
  let value = values;
  for (let at = gaps; value < end; at++) {
    let numbers: i32 = load<u8>(at);
    for (let part = 0; part < parts && value < end; part++, numbers >>= 4) {
      const gap = numbers & most;
      column += gap;
      while (column >= n) {
        column -= n;
        x += 4;
        input = load<f32>(x);
      }
      // The largest number adds 0 here: a branch would be mispredicted too often
      const isEntry = i32(gap !== most);
      const to = y + 4 * column;
      store<f32>(to, load<f32>(to) + input * select<f32>(load<f32>(value), 0, isEntry));
      column += isEntry;
      value += isEntry << 2;
    }
  }
}

/** The same for eight rows of x at once, side by side: `x [m, 8]`, `y [n, 8]`. */
export function gapsLanes(x: usize, n: i32, gaps: usize, bits: i32, count: i32, values: usize, y: usize): void {
  const most = (1 << bits) - 1;
  let a = v128.load(x),
    b = v128.load(x, 16);
  let column = 0;
  let at: u32 = 0;
  for (let entry = 0; entry < count; entry++) {
    let gap = numberAt(gaps, at++, bits);
    while (gap === most) {
      column += most;
      gap = numberAt(gaps, at++, bits);
    }
    column += gap;
    while (column >= n) {
      column -= n;
      x += 32;
      a = v128.load(x);
      b = v128.load(x, 16);
    }
    const to = y + 32 * column++;
    const value = v128.load32_splat(values + 4 * entry);
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(a, value)));
    v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(b, value)), 16);
  }
}
