// Interleaves eight rows, so that one vector holds the same column of four rows.

/** Interleaves up to eight rows of `x [rows, m]` into `to [m, 8]`, with zeros for missing rows. */
export function toLanes(x: usize, rows: i32, m: i32, to: usize): void {
  for (let i = 0; i < m; i++) {
    for (let r = 0; r < 8; r++) {
      store<f32>(to + 32 * i + 4 * r, r < rows ? load<f32>(x + 4 * (r * m + i)) : 0);
    }
  }
}

/** The inverse: writes up to eight rows `y [rows, n]` from `from [n, 8]`. */
export function fromLanes(from: usize, rows: i32, n: i32, y: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < n; j++) store<f32>(y + 4 * (r * n + j), load<f32>(from + 32 * j + 4 * r));
  }
}
