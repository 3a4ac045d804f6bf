// Rounds coordinates to levels of a scale a column, in float64.

const NARROW: usize = 4;
const WIDE: usize = 8;

/**
 * Replaces the levels of `x [rows, width]` by the odd multiples of a unit, at most `most` of them, that are nearest to the coordinates. x holds
 * what the levels before leave of the coordinates, and then what the new ones leave.
 *
 * @param levels int32 `[rows, width]`.
 * @param units the unit of each column.
 * @param halves the half of the inverse of each unit, or 0 for a unit of 0.
 * @returns 0 if no level changed.
 */
export function roundToLevels(
  x: usize,
  levels: usize,
  rows: i32,
  width: i32,
  units: usize,
  halves: usize,
  most: f64,
): i32 {
  const one = f64x2.splat(1),
    highest = f64x2.splat(most),
    lowest = f64x2.splat(-most);
  let changes = i32x4.splat(0);
  let otherChanges = 0;
  const pairs = <usize>(width & ~1) * WIDE;
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < pairs; at += 2 * WIDE, x += 2 * WIDE, levels += 2 * NARROW) {
      const unit = v128.load(units + at);
      const before = v128.load64_zero(levels);
      const rest = f64x2.add(v128.load(x), f64x2.mul(unit, f64x2.convert_low_i32x4_s(before)));
      const half = f64x2.floor(f64x2.mul(rest, v128.load(halves + at)));
      const wanted = f64x2.add(f64x2.add(half, half), one);
      const level = f64x2.pmax(f64x2.pmin(wanted, highest), lowest);
      const after = i32x4.trunc_sat_f64x2_s_zero(level);
      changes = v128.or(changes, v128.xor(before, after));
      v128.store64_lane(levels, after, 0);
      v128.store(x, f64x2.sub(rest, f64x2.mul(unit, level)));
    }
    if (width & 1) {
      const unit = load<f64>(units + pairs);
      const before = load<i32>(levels);
      const rest = load<f64>(x) + unit * <f64>before;
      const wanted = 2 * Math.floor(rest * load<f64>(halves + pairs)) + 1;
      const level = max(min(wanted, most), -most);
      const after = <i32>level;
      otherChanges |= before ^ after;
      store<i32>(levels, after);
      store<f64>(x, rest - unit * level);
      x += WIDE;
      levels += NARROW;
    }
  }
  return v128.any_true(changes) || otherChanges !== 0 ? 1 : 0;
}
