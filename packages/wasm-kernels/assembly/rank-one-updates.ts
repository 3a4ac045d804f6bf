// Rank-one updates fused with a matrix-vector product, in float64; rows of a matrix lie `stride` bytes apart.

const WIDE: usize = 8;

/** `A ← A − x·yᵀ`, then `z ← A·v`, for A `[rows, cols]`. */
export function updateThenMultiply(
  a: usize,
  rows: i32,
  cols: i32,
  stride: usize,
  x: usize,
  y: usize,
  v: usize,
  z: usize,
): void {
  const bytes = <usize>(cols & ~1) * WIDE;
  const odd = (cols & 1) !== 0;
  let i = 0;
  for (; i + 4 <= rows; i += 4, a += 4 * stride, x += 4 * WIDE, z += 4 * WIDE) {
    const x0 = v128.load64_splat(x);
    const x1 = v128.load64_splat(x, 8);
    const x2 = v128.load64_splat(x, 16);
    const x3 = v128.load64_splat(x, 24);
    let z0 = f64x2.splat(0);
    let z1 = z0;
    let z2 = z0;
    let z3 = z0;
    for (let j: usize = 0; j < bytes; j += 16) {
      const yj = v128.load(y + j);
      const vj = v128.load(v + j);
      let at = a + j;
      let entries = f64x2.sub(v128.load(at), f64x2.mul(x0, yj));
      v128.store(at, entries);
      z0 = f64x2.add(z0, f64x2.mul(entries, vj));
      at += stride;
      entries = f64x2.sub(v128.load(at), f64x2.mul(x1, yj));
      v128.store(at, entries);
      z1 = f64x2.add(z1, f64x2.mul(entries, vj));
      at += stride;
      entries = f64x2.sub(v128.load(at), f64x2.mul(x2, yj));
      v128.store(at, entries);
      z2 = f64x2.add(z2, f64x2.mul(entries, vj));
      at += stride;
      entries = f64x2.sub(v128.load(at), f64x2.mul(x3, yj));
      v128.store(at, entries);
      z3 = f64x2.add(z3, f64x2.mul(entries, vj));
    }
    store<f64>(z, laneSum(z0));
    store<f64>(z, laneSum(z1), 8);
    store<f64>(z, laneSum(z2), 16);
    store<f64>(z, laneSum(z3), 24);
    if (!odd) continue;
    for (let row: usize = 0; row < 4; row++)
      addEntry(a + row * stride + bytes, x + row * WIDE, y + bytes, v + bytes, z + row * WIDE);
  }
  for (; i < rows; i++, a += stride, x += WIDE, z += WIDE) {
    const xi = v128.load64_splat(x);
    let sum = f64x2.splat(0);
    for (let j: usize = 0; j < bytes; j += 16) {
      const entries = f64x2.sub(v128.load(a + j), f64x2.mul(xi, v128.load(y + j)));
      v128.store(a + j, entries);
      sum = f64x2.add(sum, f64x2.mul(entries, v128.load(v + j)));
    }
    store<f64>(z, laneSum(sum));
    if (odd) addEntry(a + bytes, x, y + bytes, v + bytes, z);
  }
}

/** The same for one entry: its product is added to z. */
function addEntry(a: usize, x: usize, y: usize, v: usize, z: usize): void {
  const entry = load<f64>(a) - load<f64>(x) * load<f64>(y);
  store<f64>(a, entry);
  store<f64>(z, load<f64>(z) + entry * load<f64>(v));
}

function laneSum(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
}

/** `A ← A − x·yᵀ`, then `w ← w + Aᵀ·u`, for A `[rows, cols]`. */
export function updateThenMultiplyTransposed(
  a: usize,
  rows: i32,
  cols: i32,
  stride: usize,
  x: usize,
  y: usize,
  u: usize,
  w: usize,
): void {
  const bytes = <usize>(cols & ~1) * WIDE;
  const odd = (cols & 1) !== 0;
  let i = 0;
  for (; i + 4 <= rows; i += 4, a += 4 * stride, x += 4 * WIDE, u += 4 * WIDE) {
    const x0 = v128.load64_splat(x);
    const x1 = v128.load64_splat(x, 8);
    const x2 = v128.load64_splat(x, 16);
    const x3 = v128.load64_splat(x, 24);
    const u0 = v128.load64_splat(u);
    const u1 = v128.load64_splat(u, 8);
    const u2 = v128.load64_splat(u, 16);
    const u3 = v128.load64_splat(u, 24);
    for (let j: usize = 0; j < bytes; j += 16) {
      const yj = v128.load(y + j);
      let at = a + j;
      let entries = f64x2.sub(v128.load(at), f64x2.mul(x0, yj));
      v128.store(at, entries);
      let sum = f64x2.mul(u0, entries);
      at += stride;
      entries = f64x2.sub(v128.load(at), f64x2.mul(x1, yj));
      v128.store(at, entries);
      sum = f64x2.add(sum, f64x2.mul(u1, entries));
      at += stride;
      entries = f64x2.sub(v128.load(at), f64x2.mul(x2, yj));
      v128.store(at, entries);
      sum = f64x2.add(sum, f64x2.mul(u2, entries));
      at += stride;
      entries = f64x2.sub(v128.load(at), f64x2.mul(x3, yj));
      v128.store(at, entries);
      sum = f64x2.add(sum, f64x2.mul(u3, entries));
      v128.store(w + j, f64x2.add(v128.load(w + j), sum));
    }
    if (!odd) continue;
    for (let row: usize = 0; row < 4; row++)
      addEntry(a + row * stride + bytes, x + row * WIDE, y + bytes, u + row * WIDE, w + bytes);
  }
  for (; i < rows; i++, a += stride, x += WIDE, u += WIDE) {
    const xi = v128.load64_splat(x);
    const ui = v128.load64_splat(u);
    for (let j: usize = 0; j < bytes; j += 16) {
      const entries = f64x2.sub(v128.load(a + j), f64x2.mul(xi, v128.load(y + j)));
      v128.store(a + j, entries);
      v128.store(w + j, f64x2.add(v128.load(w + j), f64x2.mul(ui, entries)));
    }
    if (odd) addEntry(a + bytes, x, y + bytes, u, w + bytes);
  }
}

/** `A ← A − x·yᵀ − y·xᵀ` for the lower triangle of symmetric A `[rows, rows]`, then `z ← z + A·v`. */
export function updateThenMultiplySymmetric(
  a: usize,
  rows: i32,
  _cols: i32,
  stride: usize,
  x: usize,
  y: usize,
  v: usize,
  z: usize,
): void {
  let i = 0;
  for (; i + 2 <= rows; i += 2, a += 2 * stride) {
    const bytes = <usize>i * WIDE;
    const x0 = v128.load64_splat(x + bytes);
    const x1 = v128.load64_splat(x + bytes, 8);
    const y0 = v128.load64_splat(y + bytes);
    const y1 = v128.load64_splat(y + bytes, 8);
    const v0 = v128.load64_splat(v + bytes);
    const v1 = v128.load64_splat(v + bytes, 8);
    let z0 = f64x2.splat(0);
    let z1 = z0;
    for (let j: usize = 0; j < bytes; j += 16) {
      const xj = v128.load(x + j);
      const yj = v128.load(y + j);
      const vj = v128.load(v + j);
      let at = a + j;
      let entries = f64x2.sub(f64x2.sub(v128.load(at), f64x2.mul(x0, yj)), f64x2.mul(y0, xj));
      v128.store(at, entries);
      z0 = f64x2.add(z0, f64x2.mul(entries, vj));
      let sum = f64x2.mul(entries, v0);
      at += stride;
      entries = f64x2.sub(f64x2.sub(v128.load(at), f64x2.mul(x1, yj)), f64x2.mul(y1, xj));
      v128.store(at, entries);
      z1 = f64x2.add(z1, f64x2.mul(entries, vj));
      sum = f64x2.add(sum, f64x2.mul(entries, v1));
      v128.store(z + j, f64x2.add(v128.load(z + j), sum));
    }
    addDiagonal(a, bytes, x, y, v, z, laneSum(z0));
    const below = a + stride;
    const next = bytes + WIDE;
    const entry =
      load<f64>(below + bytes) -
      load<f64>(x + next) * load<f64>(y + bytes) -
      load<f64>(y + next) * load<f64>(x + bytes);
    store<f64>(below + bytes, entry);
    store<f64>(z + bytes, load<f64>(z + bytes) + entry * load<f64>(v + next));
    addDiagonal(below, next, x, y, v, z, laneSum(z1) + entry * load<f64>(v + bytes));
  }
  if (i === rows) return;
  const bytes = <usize>i * WIDE;
  const xi = v128.load64_splat(x + bytes);
  const yi = v128.load64_splat(y + bytes);
  const vi = v128.load64_splat(v + bytes);
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    let entries = f64x2.sub(v128.load(a + j), f64x2.mul(xi, v128.load(y + j)));
    entries = f64x2.sub(entries, f64x2.mul(yi, v128.load(x + j)));
    v128.store(a + j, entries);
    sum = f64x2.add(sum, f64x2.mul(entries, v128.load(v + j)));
    v128.store(z + j, f64x2.add(v128.load(z + j), f64x2.mul(entries, vi)));
  }
  addDiagonal(a, bytes, x, y, v, z, laneSum(sum));
}

/** Updates the diagonal entry of the row at `a`, and writes to z the sum of the row including this entry. */
function addDiagonal(a: usize, bytes: usize, x: usize, y: usize, v: usize, z: usize, sum: f64): void {
  const entry = load<f64>(a + bytes) - 2 * load<f64>(x + bytes) * load<f64>(y + bytes);
  store<f64>(a + bytes, entry);
  store<f64>(z + bytes, sum + entry * load<f64>(v + bytes));
}
