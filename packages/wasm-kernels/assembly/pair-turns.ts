// Turns of pairs of rows by 45°, in float64.

const NARROW: usize = 4;
const WIDE: usize = 8;

/**
 * Turns pairs of rows of x `[any, width]` in order: rows a and b become `(a + b)·√½` and `(b − a)·√½`. With `back` 1, pairs from the last to the
 * first, with exchanged rows.
 *
 * @param pairs rows of each pair, int32 `[count]`; `count` is even.
 */
export function turnPairs(pairs: usize, count: i32, x: usize, width: i32, back: i32): void {
  const rowBytes = <usize>width * WIDE;
  const end = pairs + <usize>count * NARROW;
  if (back) {
    for (let at = end; at > pairs; ) {
      at -= 2 * NARROW;
      turn(x + <usize>load<i32>(at, 4) * rowBytes, x + <usize>load<i32>(at) * rowBytes, rowBytes);
    }
  } else {
    for (let at = pairs; at < end; at += 2 * NARROW) {
      turn(x + <usize>load<i32>(at) * rowBytes, x + <usize>load<i32>(at, 4) * rowBytes, rowBytes);
    }
  }
}

function turn(first: usize, second: usize, rowBytes: usize): void {
  const half = f64x2.splat(Math.SQRT1_2);
  const end = first + (rowBytes & ~31);
  for (; first < end; first += 32, second += 32) {
    const u0 = v128.load(first);
    const v0 = v128.load(second);
    const u1 = v128.load(first, 16);
    const v1 = v128.load(second, 16);
    v128.store(first, f64x2.mul(f64x2.add(u0, v0), half));
    v128.store(second, f64x2.mul(f64x2.sub(v0, u0), half));
    v128.store(first, f64x2.mul(f64x2.add(u1, v1), half), 16);
    v128.store(second, f64x2.mul(f64x2.sub(v1, u1), half), 16);
  }
  for (const stop = end + (rowBytes & 31); first < stop; first += WIDE, second += WIDE) {
    const u = load<f64>(first);
    const v = load<f64>(second);
    store<f64>(first, (u + v) * Math.SQRT1_2);
    store<f64>(second, (v - u) * Math.SQRT1_2);
  }
}
