// Products with a decoded panel of a matrix: rows of 32 float32 values, 128 bytes each.

/** Rows of a panel: 128 × 32 values fill half of a first-level cache. */
export const PANEL: i32 = 128;

/** `y [4, 8] += x [4, rows] · panel [rows, 8]`; strides of x and y in bytes, 128 for the panel. */
function multiplyFour(x: usize, xStride: i32, rows: i32, panel: usize, y: usize, yStride: i32): void {
  const x1 = x + xStride,
    x2 = x1 + xStride,
    x3 = x2 + xStride;
  const y1 = y + yStride,
    y2 = y1 + yStride,
    y3 = y2 + yStride;
  let a0 = v128.load(y),
    b0 = v128.load(y, 16),
    a1 = v128.load(y1),
    b1 = v128.load(y1, 16);
  let a2 = v128.load(y2),
    b2 = v128.load(y2, 16),
    a3 = v128.load(y3),
    b3 = v128.load(y3, 16);
  for (let r = 0; r < rows; r++) {
    const p = v128.load(panel + 128 * r),
      q = v128.load(panel + 128 * r, 16);
    let s = v128.load32_splat(x + 4 * r);
    a0 = f32x4.add(a0, f32x4.mul(s, p));
    b0 = f32x4.add(b0, f32x4.mul(s, q));
    s = v128.load32_splat(x1 + 4 * r);
    a1 = f32x4.add(a1, f32x4.mul(s, p));
    b1 = f32x4.add(b1, f32x4.mul(s, q));
    s = v128.load32_splat(x2 + 4 * r);
    a2 = f32x4.add(a2, f32x4.mul(s, p));
    b2 = f32x4.add(b2, f32x4.mul(s, q));
    s = v128.load32_splat(x3 + 4 * r);
    a3 = f32x4.add(a3, f32x4.mul(s, p));
    b3 = f32x4.add(b3, f32x4.mul(s, q));
  }
  v128.store(y, a0);
  v128.store(y, b0, 16);
  v128.store(y1, a1);
  v128.store(y1, b1, 16);
  v128.store(y2, a2);
  v128.store(y2, b2, 16);
  v128.store(y3, a3);
  v128.store(y3, b3, 16);
}

/** `y [8] += x [rows] · panel [rows, 8]`. */
function multiplyOne(x: usize, rows: i32, panel: usize, y: usize): void {
  let a = v128.load(y),
    b = v128.load(y, 16);
  for (let r = 0; r < rows; r++) {
    const s = v128.load32_splat(x + 4 * r);
    a = f32x4.add(a, f32x4.mul(s, v128.load(panel + 128 * r)));
    b = f32x4.add(b, f32x4.mul(s, v128.load(panel + 128 * r, 16)));
  }
  v128.store(y, a);
  v128.store(y, b, 16);
}

/** `y [batch, 32] += x [batch, rows] · panel [rows, 32]`; x has rows of m values, y of n. */
export function multiplyPanel(x: usize, batch: i32, m: i32, n: i32, rows: i32, panel: usize, y: usize): void {
  let b = 0;
  for (; b + 4 <= batch; b += 4) {
    for (let k = 0; k < 32; k += 8) {
      multiplyFour(x + 4 * b * m, 4 * m, rows, panel + 4 * k, y + 4 * (b * n + k), 4 * n);
    }
  }
  for (; b < batch; b++) {
    for (let k = 0; k < 32; k += 8) multiplyOne(x + 4 * b * m, rows, panel + 4 * k, y + 4 * (b * n + k));
  }
}
