// Products with sparse codes: for each row a count, then a column and a value for each nonzero, in the narrowest types.

/** Kinds of values: multiples of a step in one or two bytes, or float32. */
const BYTES: i32 = 1;
const HALVES: i32 = 2;

function countOf(counts: usize, countBytes: i32, i: i32): i32 {
  return countBytes === 1 ? <i32>load<u8>(counts + i) : <i32>load<u16>(counts + 2 * i);
}

function addRows<C, V>(
  x: usize,
  m: i32,
  counts: usize,
  countBytes: i32,
  columns: usize,
  values: usize,
  step: f32,
  first: i32,
  y: usize,
): i32 {
  let at = first;
  for (let i = 0; i < m; i++) {
    const end = at + countOf(counts, countBytes, i);
    const input = load<f32>(x + 4 * i);
    if (input === 0) {
      at = end;
      continue;
    }
    const scaled = input * step;
    for (; at < end; at++) {
      const to = y + ((<usize>load<C>(columns + at * sizeof<C>())) << 2);
      store<f32>(to, load<f32>(to) + scaled * <f32>load<V>(values + at * sizeof<V>()));
    }
  }
  return at;
}

function addLanes<C, V>(
  x: usize,
  m: i32,
  counts: usize,
  countBytes: i32,
  columns: usize,
  values: usize,
  step: f32,
  first: i32,
  y: usize,
): i32 {
  let at = first;
  const steps = f32x4.splat(step);
  for (let i = 0; i < m; i++) {
    const end = at + countOf(counts, countBytes, i);
    const a = f32x4.mul(v128.load(x + 32 * i), steps),
      b = f32x4.mul(v128.load(x + 32 * i, 16), steps);
    for (; at < end; at++) {
      const to = y + ((<usize>load<C>(columns + at * sizeof<C>())) << 5);
      const value = f32x4.splat(<f32>load<V>(values + at * sizeof<V>()));
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(a, value)));
      v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(b, value)), 16);
    }
  }
  return at;
}

/**
 * `y [n] += x [m] · C` for the entries from `first` on. Returns where they end. Rows whose input is 0 are left out.
 *
 * @param counts uint8 or uint16 `[m]`: the entries of each row.
 * @param columns uint8 or uint16: the column of each entry.
 * @param values int8 or int16 multiples of `step`, or float32: the value of each entry.
 */
export function sparseVector(
  x: usize,
  m: i32,
  counts: usize,
  countBytes: i32,
  columns: usize,
  columnBytes: i32,
  values: usize,
  valueBytes: i32,
  step: f32,
  first: i32,
  y: usize,
): i32 {
  if (columnBytes === 1) {
    if (valueBytes === BYTES) return addRows<u8, i8>(x, m, counts, countBytes, columns, values, step, first, y);
    if (valueBytes === HALVES) return addRows<u8, i16>(x, m, counts, countBytes, columns, values, step, first, y);
    return addRows<u8, f32>(x, m, counts, countBytes, columns, values, step, first, y);
  }
  if (valueBytes === BYTES) return addRows<u16, i8>(x, m, counts, countBytes, columns, values, step, first, y);
  if (valueBytes === HALVES) return addRows<u16, i16>(x, m, counts, countBytes, columns, values, step, first, y);
  return addRows<u16, f32>(x, m, counts, countBytes, columns, values, step, first, y);
}

/** The same for eight rows of x at once, side by side: `y [n, 8] += x [m, 8] · C`. */
export function sparseLanes(
  x: usize,
  m: i32,
  counts: usize,
  countBytes: i32,
  columns: usize,
  columnBytes: i32,
  values: usize,
  valueBytes: i32,
  step: f32,
  first: i32,
  y: usize,
): i32 {
  if (columnBytes === 1) {
    if (valueBytes === BYTES) return addLanes<u8, i8>(x, m, counts, countBytes, columns, values, step, first, y);
    if (valueBytes === HALVES) return addLanes<u8, i16>(x, m, counts, countBytes, columns, values, step, first, y);
    return addLanes<u8, f32>(x, m, counts, countBytes, columns, values, step, first, y);
  }
  if (valueBytes === BYTES) return addLanes<u16, i8>(x, m, counts, countBytes, columns, values, step, first, y);
  if (valueBytes === HALVES) return addLanes<u16, i16>(x, m, counts, countBytes, columns, values, step, first, y);
  return addLanes<u16, f32>(x, m, counts, countBytes, columns, values, step, first, y);
}
