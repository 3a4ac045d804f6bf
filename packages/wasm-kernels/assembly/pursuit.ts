// Orthogonal matching pursuit of one signal: atoms are chosen in float32, values are fitted in float64.

const NARROW: usize = 4;
const WIDE: usize = 8;
/** Bytes of the entries that are updated at once: sixteen. */
const STEP: usize = 64;

/** A residual with a smaller part of the energy is rounding error of a signal in float32. */
const EXPLAINED: f64 = 1e-14;
/** A residual with a smaller part of the energy is too small for inner products in float32. */
const DOUBTFUL: f64 = 1.0 / 16384;
/** An atom with less of its energy outside the span of the atoms before it is too close to them for float32. */
const SPANNED: f64 = 1.0 / 8192;

/**
 * Chooses up to `nonzeros` atoms for each signal and fits their values.
 *
 * @param signals `[size, length]`, `length` a multiple of 4.
 * @param atoms rows of unit norm or zero, `[k, length]`.
 * @param products inner products of the atoms, k rows of `width`, a multiple of 16, with zeros beyond k.
 * @param rest correlations of the signals with the atoms, `[size, width]`; they become those of the residuals.
 * @param work float32 `[nonzeros, width]`, float64 `[nonzeros, nonzeros]`, float64 `[nonzeros]`, float32 `[nonzeros]`, in this order.
 * @param counts receives the number of nonzeros, int32 `[size]`; −1 if float32 is not accurate enough for a signal.
 * @param positions receives the atoms, int32 `[size, nonzeros]`.
 * @param values receives their values, float64 `[size, nonzeros]`.
 * @param errors the energies of the signals, float64 `[size]`; receives those of the residuals.
 */
export function pursue(
  signals: usize,
  size: i32,
  length: i32,
  atoms: usize,
  products: usize,
  width: i32,
  rest: usize,
  nonzeros: i32,
  work: usize,
  counts: usize,
  positions: usize,
  values: usize,
  errors: usize,
): void {
  for (let i = 0; i < size; i++) {
    store<i32>(
      counts,
      pursueOne(signals, length, atoms, products, width, rest, nonzeros, work, positions, values, errors),
    );
    signals += <usize>length * NARROW;
    rest += <usize>width * NARROW;
    counts += NARROW;
    positions += <usize>nonzeros * NARROW;
    values += <usize>nonzeros * WIDE;
    errors += WIDE;
  }
}

/** {@link pursue} for one signal; returns the number of nonzeros. */
function pursueOne(
  signal: usize,
  length: i32,
  atoms: usize,
  products: usize,
  width: i32,
  rest: usize,
  nonzeros: i32,
  work: usize,
  positions: usize,
  values: usize,
  error: usize,
): i32 {
  const rowBytes = <usize>width * NARROW;
  const triangleBytes = <usize>nonzeros * WIDE;
  const triangle = work + <usize>nonzeros * rowBytes;
  const parts = triangle + <usize>nonzeros * triangleBytes;
  const factors = parts + triangleBytes;
  let left = load<f64>(error);
  const negligible = EXPLAINED * left;
  const doubtful = DOUBTFUL * left;
  let count = 0;
  let atom = largestOf(rest, rowBytes);
  while (atom >= 0) {
    const own = products + <usize>atom * rowBytes;
    const row = triangle + <usize>count * triangleBytes;
    let outside = <f64>load<f32>(own + <usize>atom * NARROW);
    let part = innerProduct(signal, atoms + <usize>atom * <usize>length * NARROW, length);
    for (let i = 0; i < count; i++) {
      const above = triangle + <usize>i * triangleBytes;
      let entry = <f64>load<f32>(own + <usize>load<i32>(positions + <usize>i * NARROW) * NARROW);
      for (let j: usize = 0; j < <usize>i * WIDE; j += WIDE) entry -= load<f64>(above + j) * load<f64>(row + j);
      entry /= load<f64>(above + <usize>i * WIDE);
      store<f64>(row + <usize>i * WIDE, entry);
      store<f32>(factors + <usize>i * NARROW, <f32>entry);
      outside -= entry * entry;
      part -= entry * load<f64>(parts + <usize>i * WIDE);
    }
    if (!(outside > SPANNED)) return -1;
    const norm = Math.sqrt(outside);
    part /= norm;
    store<f64>(row + <usize>count * WIDE, norm);
    store<f64>(parts + <usize>count * WIDE, part);
    store<i32>(positions + <usize>count * NARROW, atom);
    left = max(0, left - part * part);
    count++;
    if (count === nonzeros || left <= negligible) break;
    if (left < doubtful) return -1;
    atom = subtractAtom(own, rest, rowBytes, work, factors, count - 1, <f32>(1 / norm), <f32>part);
  }
  for (let i = count - 1; i >= 0; i--) {
    let value = load<f64>(parts + <usize>i * WIDE);
    for (let j = i + 1; j < count; j++) {
      value -= load<f64>(triangle + <usize>j * triangleBytes + <usize>i * WIDE) * load<f64>(values + <usize>j * WIDE);
    }
    store<f64>(values + <usize>i * WIDE, value / load<f64>(triangle + <usize>i * (triangleBytes + WIDE)));
  }
  store<f64>(error, left);
  return count;
}

/** The inner product of two vectors in float64; `length` is a multiple of 4. */
function innerProduct(a: usize, b: usize, length: i32): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = sum0;
  for (const end = a + <usize>length * NARROW; a < end; a += 16, b += 16) {
    const a0 = f64x2.promote_low_f32x4(v128.load64_zero(a));
    const a1 = f64x2.promote_low_f32x4(v128.load64_zero(a, 8));
    sum0 = f64x2.add(sum0, f64x2.mul(a0, f64x2.promote_low_f32x4(v128.load64_zero(b))));
    sum1 = f64x2.add(sum1, f64x2.mul(a1, f64x2.promote_low_f32x4(v128.load64_zero(b, 8))));
  }
  sum0 = f64x2.add(sum0, sum1);
  return f64x2.extract_lane(sum0, 0) + f64x2.extract_lane(sum0, 1);
}

/**
 * Adds a row to the basis, `(products − Σ factors[i]·row i)·scale`, and subtracts `part` times this row from the correlations.
 *
 * @returns the index of the largest magnitude after that, as {@link largestOf} returns it.
 */
function subtractAtom(
  products: usize,
  rest: usize,
  rowBytes: usize,
  basis: usize,
  factors: usize,
  count: i32,
  scale: f32,
  part: f32,
): i32 {
  const scales = f32x4.splat(scale);
  const subtracted = f32x4.splat(part);
  const end = factors + <usize>count * NARROW;
  let best = f32x4.splat(0);
  let places = i32x4.splat(-1);
  for (let at: usize = 0; at < rowBytes; at += STEP) {
    let row0 = v128.load(products + at);
    let row1 = v128.load(products + at, 16);
    let row2 = v128.load(products + at, 32);
    let row3 = v128.load(products + at, 48);
    let before = basis + at;
    for (let i = factors; i < end; i += NARROW, before += rowBytes) {
      const factor = v128.load32_splat(i);
      row0 = f32x4.sub(row0, f32x4.mul(factor, v128.load(before)));
      row1 = f32x4.sub(row1, f32x4.mul(factor, v128.load(before, 16)));
      row2 = f32x4.sub(row2, f32x4.mul(factor, v128.load(before, 32)));
      row3 = f32x4.sub(row3, f32x4.mul(factor, v128.load(before, 48)));
    }
    row0 = f32x4.mul(row0, scales);
    row1 = f32x4.mul(row1, scales);
    row2 = f32x4.mul(row2, scales);
    row3 = f32x4.mul(row3, scales);
    v128.store(before, row0);
    v128.store(before, row1, 16);
    v128.store(before, row2, 32);
    v128.store(before, row3, 48);
    row0 = f32x4.sub(v128.load(rest + at), f32x4.mul(subtracted, row0));
    row1 = f32x4.sub(v128.load(rest + at, 16), f32x4.mul(subtracted, row1));
    row2 = f32x4.sub(v128.load(rest + at, 32), f32x4.mul(subtracted, row2));
    row3 = f32x4.sub(v128.load(rest + at, 48), f32x4.mul(subtracted, row3));
    v128.store(rest + at, row0);
    v128.store(rest + at, row1, 16);
    v128.store(rest + at, row2, 32);
    v128.store(rest + at, row3, 48);
    row0 = magnitudes(row0, row1, row2, row3);
    places = v128.bitselect(i32x4.splat(<i32>at), places, f32x4.gt(row0, best));
    best = f32x4.pmax(best, row0);
  }
  return firstOf(rest, best, places);
}

/** The index of the first entry of largest magnitude; −1 if all entries are zero. */
function largestOf(values: usize, bytes: usize): i32 {
  let best = f32x4.splat(0);
  let places = i32x4.splat(-1);
  for (let at: usize = 0; at < bytes; at += STEP) {
    const own = values + at;
    const largest = magnitudes(v128.load(own), v128.load(own, 16), v128.load(own, 32), v128.load(own, 48));
    places = v128.bitselect(i32x4.splat(<i32>at), places, f32x4.gt(largest, best));
    best = f32x4.pmax(best, largest);
  }
  return firstOf(values, best, places);
}

/** The largest magnitude of each lane of four vectors. The compiler inlines it. */
function magnitudes(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.pmax(f32x4.pmax(f32x4.abs(a), f32x4.abs(b)), f32x4.pmax(f32x4.abs(c), f32x4.abs(d)));
}

/** The index of the first entry of largest magnitude, from the largest magnitude of each lane and the first place of each: sixteen entries. */
function firstOf(values: usize, best: v128, places: v128): i32 {
  let largest: f32 = 0;
  let place = -1;
  for (let lane = 0; lane < 4; lane++) {
    const magnitude = f32x4.extract_lane(best, 0);
    const candidate = i32x4.extract_lane(places, 0);
    if (magnitude > largest || (magnitude === largest && candidate < place)) {
      largest = magnitude;
      place = candidate;
    }
    best = v128.shuffle<i32>(best, best, 1, 2, 3, 0);
    places = v128.shuffle<i32>(places, places, 1, 2, 3, 0);
  }
  if (place < 0) return -1;
  let at = values + <usize>place;
  while (abs(load<f32>(at)) !== largest) at += NARROW;
  return <i32>((at - values) / NARROW);
}
