// One step of approximate K-SVD for an atom, in float32.

const NARROW: usize = 4;

/**
 * Fits an atom to the signals that use it while their other atoms stay, and then fits their values to the new atom. Residuals follow. Nothing
 * changes if the fitted atom is zero.
 *
 * @param rest residuals of all signals, `[any, length]`; `length` is a multiple of 4.
 * @param users the signals that use the atom, int32 `[count]`.
 * @param values their values for the atom, float32 `[count]`.
 * @param atom `[length]`.
 * @param fitted room for the new atom, `[length]`.
 */
export function fitAtom(
  rest: usize,
  length: i32,
  users: usize,
  values: usize,
  count: i32,
  atom: usize,
  fitted: usize,
): void {
  const bytes = <usize>length * NARROW;
  const energy = energyOf(values, count);
  let squares = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 32) {
    const two = at + 16 < bytes;
    let sum0 = f32x4.mul(f32x4.splat(energy), v128.load(atom + at));
    let sum1 = two ? f32x4.mul(f32x4.splat(energy), v128.load(atom + at, 16)) : f32x4.splat(0);
    const column = rest + at;
    if (two) {
      for (let i: usize = 0; i < <usize>count * NARROW; i += NARROW) {
        const value = v128.load32_splat(values + i);
        const row = column + <usize>load<i32>(users + i) * bytes;
        sum0 = f32x4.add(sum0, f32x4.mul(value, v128.load(row)));
        sum1 = f32x4.add(sum1, f32x4.mul(value, v128.load(row, 16)));
      }
    } else {
      for (let i: usize = 0; i < <usize>count * NARROW; i += NARROW) {
        const row = column + <usize>load<i32>(users + i) * bytes;
        sum0 = f32x4.add(sum0, f32x4.mul(v128.load32_splat(values + i), v128.load(row)));
      }
    }
    v128.store(fitted + at, sum0);
    if (two) v128.store(fitted + at, sum1, 16);
    squares = f32x4.add(squares, f32x4.add(f32x4.mul(sum0, sum0), f32x4.mul(sum1, sum1)));
  }
  const norm = Mathf.sqrt(laneSum(squares));
  if (!(norm > 0)) return;
  const norms = f32x4.splat(norm);
  let cosines = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const entries = f32x4.div(v128.load(fitted + at), norms);
    v128.store(fitted + at, entries);
    cosines = f32x4.add(cosines, f32x4.mul(entries, v128.load(atom + at)));
  }
  const cosine = laneSum(cosines);
  for (let i: usize = 0; i < <usize>count * NARROW; i += NARROW) {
    const row = rest + <usize>load<i32>(users + i) * bytes;
    const value = load<f32>(values + i);
    let sums = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      sums = f32x4.add(sums, f32x4.mul(v128.load(row + at), v128.load(fitted + at)));
    }
    const better = value * cosine + laneSum(sums);
    store<f32>(values + i, better);
    const before = f32x4.splat(value);
    const after = f32x4.splat(better);
    for (let at: usize = 0; at < bytes; at += 16) {
      const change = f32x4.sub(f32x4.mul(before, v128.load(atom + at)), f32x4.mul(after, v128.load(fitted + at)));
      v128.store(row + at, f32x4.add(v128.load(row + at), change));
    }
  }
  memory.copy(atom, fitted, bytes);
}

function energyOf(values: usize, count: i32): f32 {
  let sum: f32 = 0;
  for (const end = values + <usize>count * NARROW; values < end; values += NARROW)
    sum += load<f32>(values) * load<f32>(values);
  return sum;
}

function laneSum(lanes: v128): f32 {
  const pairs = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}
