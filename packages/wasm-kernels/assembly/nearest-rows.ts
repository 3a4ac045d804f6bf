// The nearest of many rows for each of many points, in float32. Tables hold rows side by side: `[size, width]`, entry by entry.

const NARROW: usize = 4;
/** Bytes of the rows that are compared at once: eight. */
const STEP: usize = 32;

/**
 * Writes the index of the nearest row and its squared distance for each point. The first row wins at equal distance.
 *
 * @param points `[count, size]`, an even number of points.
 * @param table `[size, width]`; `width` is a multiple of 8, and rows beyond the last one are infinitely far away.
 */
export function nearestRows(
  points: usize,
  count: i32,
  size: i32,
  table: usize,
  width: i32,
  indices: usize,
  distances: usize,
): void {
  const rowBytes = <usize>width * NARROW;
  const pointBytes = <usize>size * NARROW;
  const end = points + <usize>count * pointBytes;
  for (; points < end; points += 2 * pointBytes, indices += 2 * NARROW, distances += 2 * NARROW) {
    let best0 = f32x4.splat(f32.MAX_VALUE);
    let best1 = best0;
    let index0 = i32x4.splat(0);
    let index1 = index0;
    let index = i32x4(0, 1, 2, 3);
    if (size === 2) {
      const x0 = v128.load32_splat(points);
      const y0 = v128.load32_splat(points, 4);
      const x1 = v128.load32_splat(points, 8);
      const y1 = v128.load32_splat(points, 12);
      for (let at = table, last = table + rowBytes; at < last; at += 16) {
        const xs = v128.load(at);
        const ys = v128.load(at + rowBytes);
        let sum = f32x4.add(squareOf(f32x4.sub(x0, xs)), squareOf(f32x4.sub(y0, ys)));
        index0 = v128.bitselect(index, index0, f32x4.lt(sum, best0));
        best0 = f32x4.pmin(best0, sum);
        sum = f32x4.add(squareOf(f32x4.sub(x1, xs)), squareOf(f32x4.sub(y1, ys)));
        index1 = v128.bitselect(index, index1, f32x4.lt(sum, best1));
        best1 = f32x4.pmin(best1, sum);
        index = i32x4.add(index, i32x4.splat(4));
      }
    } else {
      for (let at = table, last = table + rowBytes; at < last; at += STEP) {
        let sum00 = f32x4.splat(0);
        let sum01 = sum00;
        let sum10 = sum00;
        let sum11 = sum00;
        let column = at;
        const stop = points + pointBytes;
        for (let entry = points; entry < stop; entry += NARROW, column += rowBytes) {
          const a = v128.load(column);
          const b = v128.load(column, 16);
          let value = v128.load32_splat(entry);
          sum00 = f32x4.add(sum00, squareOf(f32x4.sub(value, a)));
          sum01 = f32x4.add(sum01, squareOf(f32x4.sub(value, b)));
          value = v128.load32_splat(entry + pointBytes);
          sum10 = f32x4.add(sum10, squareOf(f32x4.sub(value, a)));
          sum11 = f32x4.add(sum11, squareOf(f32x4.sub(value, b)));
        }
        index0 = v128.bitselect(index, index0, f32x4.lt(sum00, best0));
        best0 = f32x4.pmin(best0, sum00);
        index1 = v128.bitselect(index, index1, f32x4.lt(sum10, best1));
        best1 = f32x4.pmin(best1, sum10);
        index = i32x4.add(index, i32x4.splat(4));
        index0 = v128.bitselect(index, index0, f32x4.lt(sum01, best0));
        best0 = f32x4.pmin(best0, sum01);
        index1 = v128.bitselect(index, index1, f32x4.lt(sum11, best1));
        best1 = f32x4.pmin(best1, sum11);
        index = i32x4.add(index, i32x4.splat(4));
      }
    }
    writeFirst(best0, index0, indices, distances);
    writeFirst(best1, index1, indices + NARROW, distances + NARROW);
  }
}

/**
 * Sums the squared distances of points to their nearest row for eight more rows, one at a time: `sums[r] = Σ min(nearest, distance to row r)`.
 *
 * @param points `[count, size]`
 * @param nearest squared distance of each point from the rows so far, `[count]`
 * @param table `[size, 8]`
 * @param sums `[8]`
 */
export function trialSums(points: usize, count: i32, size: i32, nearest: usize, table: usize, sums: usize): void {
  const pointBytes = <usize>size * NARROW;
  let total0 = f32x4.splat(0);
  let total1 = total0;
  for (let i = 0; i < count; i++, nearest += NARROW) {
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    let column = table;
    for (const stop = points + pointBytes; points < stop; points += NARROW, column += STEP) {
      const value = v128.load32_splat(points);
      sum0 = f32x4.add(sum0, squareOf(f32x4.sub(value, v128.load(column))));
      sum1 = f32x4.add(sum1, squareOf(f32x4.sub(value, v128.load(column, 16))));
    }
    const limit = v128.load32_splat(nearest);
    total0 = f32x4.add(total0, f32x4.pmin(limit, sum0));
    total1 = f32x4.add(total1, f32x4.pmin(limit, sum1));
  }
  v128.store(sums, total0);
  v128.store(sums, total1, 16);
}

/** `nearest[i] = min(nearest[i], squared distance of point i from the row)`, for points `[count, size]`. */
export function lowerNearest(points: usize, count: i32, size: i32, row: usize, nearest: usize): void {
  const bytes = <usize>size * NARROW;
  for (let i = 0; i < count; i++, nearest += NARROW) {
    let sum: f32 = 0;
    for (let at: usize = 0; at < bytes; at += NARROW, points += NARROW) {
      const difference = load<f32>(points) - load<f32>(row + at);
      sum += difference * difference;
    }
    if (sum < load<f32>(nearest)) store<f32>(nearest, sum);
  }
}

function squareOf(values: v128): v128 {
  return f32x4.mul(values, values);
}

/** Writes the smallest of four distances and its index; the smallest index at equal distance. */
function writeFirst(best: v128, index: v128, indices: usize, distances: usize): void {
  let least = f32x4.extract_lane(best, 0);
  let first = i32x4.extract_lane(index, 0);
  for (let lane = 1; lane < 4; lane++) {
    best = v128.shuffle<i32>(best, best, 1, 2, 3, 0);
    index = v128.shuffle<i32>(index, index, 1, 2, 3, 0);
    const distance = f32x4.extract_lane(best, 0);
    const candidate = i32x4.extract_lane(index, 0);
    if (distance < least || (distance === least && candidate < first)) {
      least = distance;
      first = candidate;
    }
  }
  store<f32>(distances, least);
  store<i32>(indices, first);
}
