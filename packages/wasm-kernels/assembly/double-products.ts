// Products of packed strips in float64.

const WIDE: usize = 8;

/**
 * `C += A·B` in float64, for A in strips of 4 rows and B in panels of 4 columns; the 4 entries of one step are stored together in both. C is
 * row-major with rows of `4 · panels`. The tiles of strip i with panels before `i + skew` are skipped.
 */
export function multiplyStrips(
  left: usize,
  strips: i32,
  right: usize,
  panels: i32,
  depth: i32,
  c: usize,
  skew: i32,
): void {
  const bytes = <usize>depth * 4 * WIDE;
  const rowBytes = <usize>panels * 4 * WIDE;
  for (let strip = 0; strip < strips; strip++) {
    const end = left + bytes;
    for (let panel = max(0, strip + skew); panel < panels; panel++) {
      let c00 = f64x2.splat(0);
      let c01 = c00;
      let c10 = c00;
      let c11 = c00;
      let c20 = c00;
      let c21 = c00;
      let c30 = c00;
      let c31 = c00;
      let b = right + <usize>panel * bytes;
      for (let a = left; a < end; a += 4 * WIDE, b += 4 * WIDE) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        const a0 = v128.load64_splat(a);
        c00 = f64x2.add(c00, f64x2.mul(a0, b0));
        c01 = f64x2.add(c01, f64x2.mul(a0, b1));
        const a1 = v128.load64_splat(a, 8);
        c10 = f64x2.add(c10, f64x2.mul(a1, b0));
        c11 = f64x2.add(c11, f64x2.mul(a1, b1));
        const a2 = v128.load64_splat(a, 16);
        c20 = f64x2.add(c20, f64x2.mul(a2, b0));
        c21 = f64x2.add(c21, f64x2.mul(a2, b1));
        const a3 = v128.load64_splat(a, 24);
        c30 = f64x2.add(c30, f64x2.mul(a3, b0));
        c31 = f64x2.add(c31, f64x2.mul(a3, b1));
      }
      let at = c + <usize>panel * 4 * WIDE;
      v128.store(at, f64x2.add(v128.load(at), c00));
      v128.store(at, f64x2.add(v128.load(at, 16), c01), 16);
      at += rowBytes;
      v128.store(at, f64x2.add(v128.load(at), c10));
      v128.store(at, f64x2.add(v128.load(at, 16), c11), 16);
      at += rowBytes;
      v128.store(at, f64x2.add(v128.load(at), c20));
      v128.store(at, f64x2.add(v128.load(at, 16), c21), 16);
      at += rowBytes;
      v128.store(at, f64x2.add(v128.load(at), c30));
      v128.store(at, f64x2.add(v128.load(at, 16), c31), 16);
    }
    left = end;
    c += 4 * rowBytes;
  }
}
