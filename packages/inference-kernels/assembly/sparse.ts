// Products with a sparse matrix, given row by row as columns and values.

/**
 * `y [n] += x [m] · C`. The entries of the first row of C begin at `begin`; the entries of row i end at `ends[i]`, where the next row begins.
 * Rows whose input is 0 are left out.
 */
export function sparseVector(x: usize, m: i32, begin: u32, ends: usize, columns: usize, values: usize, y: usize): void {
  let at = begin;
  for (let i = 0; i < m; i++) {
    const end = load<u32>(ends + 4 * i);
    const input = load<f32>(x + 4 * i);
    if (input === 0) {
      at = end;
      continue;
    }
    for (; at < end; at++) {
      const to = y + ((<usize>load<u16>(columns + 2 * at)) << 2);
      store<f32>(to, load<f32>(to) + input * load<f32>(values + 4 * at));
    }
  }
}

/** The same for eight rows of x at once, side by side: `y [n, 8] += x [m, 8] · C`. */
export function sparseLanes(x: usize, m: i32, begin: u32, ends: usize, columns: usize, values: usize, y: usize): void {
  let at = begin;
  for (let i = 0; i < m; i++) {
    const end = load<u32>(ends + 4 * i);
    const a = v128.load(x + 32 * i),
      b = v128.load(x + 32 * i, 16);
    for (; at < end; at++) {
      const to = y + ((<usize>load<u16>(columns + 2 * at)) << 5);
      const value = v128.load32_splat(values + 4 * at);
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(a, value)));
      v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(b, value)), 16);
    }
  }
}
