// Products with a row-major matrix in float32.

const NARROW: usize = 4;

/** Columns of A that are read before an image is visited again, so that the data of a tile stays in the first-level cache. */
const REACH: i32 = 1024;

/**
 * `C += X·AᵀA` in float32 for C `[4 · groups, cols]` and A `[rows, cols]`, both row-major; X as in {@link multiplyTransposed}. A is read once,
 * `panel` rows at a time. The product of these rows with Xᵀ, `[panel, 4 · groups]`, is stored at `image`.
 */
export function multiplySquare(
  x: usize,
  groups: i32,
  a: usize,
  rows: i32,
  cols: i32,
  panel: i32,
  image: usize,
  c: usize,
): void {
  for (let row = 0; row < rows; row += panel) {
    const count = min(panel, rows - row);
    memory.fill(image, 0, <usize>count * <usize>groups * 4 * NARROW);
    multiplyTransposed(x, groups, a, count, cols, image);
    addProduct(image, groups, a, count, cols, c, 0);
    a += <usize>count * <usize>cols * NARROW;
  }
}

/**
 * `C += A·Xᵀ` in float32 for A `[rows, cols]` and C `[rows, 4 · groups]`, both row-major; `rows` is a multiple of 2, `cols` a multiple of 8. In
 * each group of four rows of X, entries of the same four columns are stored together.
 */
export function multiplyTransposed(x: usize, groups: i32, a: usize, rows: i32, cols: i32, c: usize): void {
  const stride = <usize>cols * NARROW;
  const width = <usize>groups * 4 * NARROW;
  for (let from = 0; from < cols; from += REACH) {
    const skip = <usize>from * NARROW;
    const bytes = <usize>min(REACH, cols - from) * NARROW;
    for (let group = 0; group < groups; group++) {
      const strip = x + (<usize>group * stride + skip) * 4;
      for (let row = 0; row < rows; row += 2) {
        let first = a + <usize>row * stride + skip;
        const end = first + bytes;
        let c00 = f32x4.splat(0);
        let c01 = c00;
        let c10 = c00;
        let c11 = c00;
        let c20 = c00;
        let c21 = c00;
        let c30 = c00;
        let c31 = c00;
        for (let p = strip; first < end; first += 16, p += 64) {
          const a0 = v128.load(first);
          const a1 = v128.load(first + stride);
          let factor = v128.load(p);
          c00 = f32x4.add(c00, f32x4.mul(factor, a0));
          c01 = f32x4.add(c01, f32x4.mul(factor, a1));
          factor = v128.load(p, 16);
          c10 = f32x4.add(c10, f32x4.mul(factor, a0));
          c11 = f32x4.add(c11, f32x4.mul(factor, a1));
          factor = v128.load(p, 32);
          c20 = f32x4.add(c20, f32x4.mul(factor, a0));
          c21 = f32x4.add(c21, f32x4.mul(factor, a1));
          factor = v128.load(p, 48);
          c30 = f32x4.add(c30, f32x4.mul(factor, a0));
          c31 = f32x4.add(c31, f32x4.mul(factor, a1));
        }
        const at = c + <usize>row * width + <usize>group * 16;
        v128.store(at, f32x4.add(v128.load(at), laneSums(c00, c10, c20, c30)));
        v128.store(at + width, f32x4.add(v128.load(at + width), laneSums(c01, c11, c21, c31)));
      }
    }
  }
}

/** The sums of the lanes of four vectors, as the lanes of one. */
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/**
 * `C += AᵀA` in float32 for C `[cols, cols]`, the tiles that reach the upper triangle only. A `[rows, cols]` is read `panel` rows at a time.
 */
export function multiplyGram(a: usize, rows: i32, cols: i32, panel: i32, c: usize): void {
  for (let row = 0; row < rows; row += panel) {
    const count = min(panel, rows - row);
    addProduct(a, cols / 4, a, count, cols, c, 1);
    a += <usize>count * <usize>cols * NARROW;
  }
}

/**
 * `C += Yᵀ·A` in float32 for A `[rows, cols]`, Y `[rows, 4 · groups]` and C `[4 · groups, cols]`, only its upper tiles if `upper` is 1. `cols` is a
 * multiple of 8.
 */
export function addProduct(y: usize, groups: i32, a: usize, rows: i32, cols: i32, c: usize, upper: i32): void {
  const stride = <usize>cols * NARROW;
  const width = <usize>groups * 4 * NARROW;
  const end = a + <usize>rows * stride;
  for (let tile = 0; tile < cols; tile += 8) {
    const skip = <usize>tile * NARROW;
    const count = upper ? min(groups, (tile >> 2) + 2) : groups;
    for (let group = 0; group < count; group++) {
      let c00 = f32x4.splat(0);
      let c01 = c00;
      let c10 = c00;
      let c11 = c00;
      let c20 = c00;
      let c21 = c00;
      let c30 = c00;
      let c31 = c00;
      let p = y + <usize>group * 16;
      for (let at = a + skip; at < end + skip; at += stride, p += width) {
        const a0 = v128.load(at);
        const a1 = v128.load(at, 16);
        let factor = v128.load32_splat(p);
        c00 = f32x4.add(c00, f32x4.mul(factor, a0));
        c01 = f32x4.add(c01, f32x4.mul(factor, a1));
        factor = v128.load32_splat(p, 4);
        c10 = f32x4.add(c10, f32x4.mul(factor, a0));
        c11 = f32x4.add(c11, f32x4.mul(factor, a1));
        factor = v128.load32_splat(p, 8);
        c20 = f32x4.add(c20, f32x4.mul(factor, a0));
        c21 = f32x4.add(c21, f32x4.mul(factor, a1));
        factor = v128.load32_splat(p, 12);
        c30 = f32x4.add(c30, f32x4.mul(factor, a0));
        c31 = f32x4.add(c31, f32x4.mul(factor, a1));
      }
      let at = c + <usize>group * 4 * stride + skip;
      v128.store(at, f32x4.add(v128.load(at), c00));
      v128.store(at, f32x4.add(v128.load(at, 16), c01), 16);
      at += stride;
      v128.store(at, f32x4.add(v128.load(at), c10));
      v128.store(at, f32x4.add(v128.load(at, 16), c11), 16);
      at += stride;
      v128.store(at, f32x4.add(v128.load(at), c20));
      v128.store(at, f32x4.add(v128.load(at, 16), c21), 16);
      at += stride;
      v128.store(at, f32x4.add(v128.load(at), c30));
      v128.store(at, f32x4.add(v128.load(at, 16), c31), 16);
    }
  }
}
