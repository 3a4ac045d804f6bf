// Products with sign bits: inputs are rotated, and all sums of eight signed coordinates are looked up in tables.

const TABLE: usize = 1024;
const HALF_ROOT: f32 = 0.70710677;

/**
 * Replaces `x [m, lanes]` by `Qᵀ·x`, lanes 1 or 8, for a rotation Q given as pairs of axes.
 *
 * @param pairs uint16 `[count, 2]`; the pairs turn from the last to the first.
 */
export function turnBack(pairs: usize, count: i32, x: usize, lanes: i32): void {
  const half = f32x4.splat(HALF_ROOT);
  for (let at = pairs + 4 * (count - 1); at >= pairs; at -= 4) {
    const second = <usize>load<u16>(at),
      first = <usize>load<u16>(at, 2);
    if (lanes === 1) {
      const u = load<f32>(x + (first << 2)),
        v = load<f32>(x + (second << 2));
      store<f32>(x + (first << 2), (u + v) * HALF_ROOT);
      store<f32>(x + (second << 2), (v - u) * HALF_ROOT);
      continue;
    }
    for (let lane: usize = 0; lane < 32; lane += 16) {
      const to = x + (first << 5) + lane,
        other = x + (second << 5) + lane;
      const u = v128.load(to),
        v = v128.load(other);
      v128.store(to, f32x4.mul(f32x4.add(u, v), half));
      v128.store(other, f32x4.mul(f32x4.sub(v, u), half));
    }
  }
}

/** `to [count] = from [count] · scale`. */
export function scaleTo(from: usize, count: i32, scale: f32, to: usize): void {
  for (let i = 0; i < count; i++) store<f32>(to + 4 * i, load<f32>(from + 4 * i) * scale);
}

/** `y [rows, n] *= scales [n]`. */
export function scaleColumns(y: usize, rows: i32, n: i32, scales: usize): void {
  for (let r = 0; r < rows; r++, y += 4 * n) {
    for (let j = 0; j < n; j++) store<f32>(y + 4 * j, load<f32>(y + 4 * j) * load<f32>(scales + 4 * j));
  }
}

/** The 256 sums `±z₀ ± … ± z₇`: bit i of the index is 1 for +zᵢ. */
function fillTable(z: usize, table: usize): void {
  let sum: f32 = 0;
  for (let i = 0; i < 8; i++) sum += load<f32>(z + 4 * i);
  store<f32>(table, -sum);
  for (let bit = 0; bit < 8; bit++) {
    const width = 1 << bit;
    const twice: f32 = load<f32>(z + 4 * bit) * 2;
    const to = table + 4 * width;
    if (bit < 2) {
      for (let i = 0; i < width; i++) store<f32>(to + 4 * i, load<f32>(table + 4 * i) + twice);
      continue;
    }
    const more = f32x4.splat(twice);
    for (let i = 0; i < width; i += 4) v128.store(to + 4 * i, f32x4.add(v128.load(table + 4 * i), more));
  }
}

/**
 * `y [n] += z [8·groups] · S` for signs S ±1.
 *
 * @param codes the signs of eight rows of S a byte: four groups side by side as uint32 `[⌊groups/4⌋, n]`, then bytes `[n]` for each of the
 *   last groups.
 * @param tables scratch of 4,096 bytes.
 */
export function signsVector(z: usize, groups: i32, n: i32, codes: usize, y: usize, tables: usize): void {
  let group = 0;
  for (; group + 4 <= groups; group += 4, codes += 4 * n, z += 128) {
    for (let i: usize = 0; i < 4; i++) fillTable(z + 32 * i, tables + TABLE * i);
    for (let j = 0; j < n; j++) {
      const four = load<u32>(codes + 4 * j);
      const a = load<f32>(tables + ((four & 255) << 2)) + load<f32>(tables + (((four >> 8) & 255) << 2), TABLE);
      const b =
        load<f32>(tables + (((four >> 16) & 255) << 2), 2 * TABLE) + load<f32>(tables + ((four >> 24) << 2), 3 * TABLE);
      store<f32>(y + 4 * j, load<f32>(y + 4 * j) + (a + b));
    }
  }
  for (; group < groups; group++, codes += n, z += 32) {
    fillTable(z, tables);
    for (let j = 0; j < n; j++) {
      store<f32>(y + 4 * j, load<f32>(y + 4 * j) + load<f32>(tables + ((<usize>load<u8>(codes + j)) << 2)));
    }
  }
}

function fillWideTable(z: usize, table: usize): void {
  let a = f32x4.splat(0),
    b = a;
  for (let i = 0; i < 8; i++) {
    a = f32x4.sub(a, v128.load(z + 32 * i));
    b = f32x4.sub(b, v128.load(z + 32 * i, 16));
  }
  v128.store(table, a);
  v128.store(table, b, 16);
  for (let bit = 0; bit < 8; bit++) {
    const width = 1 << bit;
    const to = table + 32 * width;
    a = v128.load(z + 32 * bit);
    b = v128.load(z + 32 * bit, 16);
    a = f32x4.add(a, a);
    b = f32x4.add(b, b);
    for (let i = 0; i < width; i++) {
      v128.store(to + 32 * i, f32x4.add(v128.load(table + 32 * i), a));
      v128.store(to + 32 * i, f32x4.add(v128.load(table + 32 * i, 16), b), 16);
    }
  }
}

/** The same for eight rows at once, side by side: `z [8·groups, 8]`, `y [n, 8]`, `table` scratch of 8,192 bytes. */
export function signsLanes(z: usize, groups: i32, n: i32, codes: usize, y: usize, table: usize): void {
  const whole = groups & ~3;
  for (let group = 0; group < groups; group++, z += 32 * 8) {
    fillWideTable(z, table);
    const isWhole = group < whole;
    const stride = isWhole ? 4 : 1;
    let at = isWhole ? codes + 4 * n * (group >> 2) + (group & 3) : codes + n * group;
    for (let j = 0; j < n; j++, at += stride) {
      const from = table + ((<usize>load<u8>(at)) << 5);
      const to = y + 32 * j;
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
      v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
    }
  }
}
