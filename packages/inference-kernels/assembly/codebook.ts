// Products with a matrix of 4-bit codes: each entry is one of 16 float32 levels.
import { multiplyPanel, PANEL } from './panel';

/** Rows in one integer sum: 8·16383² stays below 2³¹. */
const GROUP: i32 = 8;
/** The largest rounded input and the largest rounded level. */
const LARGEST: f32 = 16383;

/** Writes 16 levels as two tables of bytes, the low and the high byte of `level / step`, and returns the step. */
function roundLevels(levels: usize, tables: usize): f32 {
  let largest: f32 = 0;
  for (let l = 0; l < 16; l++) largest = max(largest, abs(load<f32>(levels + 4 * l)));
  const scale: f32 = largest > 0 ? LARGEST / largest : 0;
  for (let l = 0; l < 16; l++) {
    const rounded = i32(nearest(load<f32>(levels + 4 * l) * scale));
    store<u8>(tables + l, rounded);
    store<u8>(tables + l, rounded >> 8, 16);
  }
  return largest / LARGEST;
}

/** Writes up to 8 inputs as int16 multiples of a step, zeros after the last, and returns the step: 0 if all are 0. */
function roundInputs(x: usize, count: i32, to: usize): f32 {
  let largest: f32 = 0;
  for (let i = 0; i < count; i++) largest = max(largest, abs(load<f32>(x + 4 * i)));
  const scale: f32 = largest > 0 ? LARGEST / largest : 0;
  for (let i = 0; i < GROUP; i++) {
    store<i16>(to + 2 * i, i < count ? i16(nearest(load<f32>(x + 4 * i) * scale)) : 0);
  }
  return largest / LARGEST;
}

function low8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function high8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

function addScaled(at: usize, sums: v128, scale: v128): void {
  v128.store(at, f32x4.add(v128.load(at), f32x4.mul(v128.convert<i32>(sums), scale)));
}

/**
 * `y [n] += x [m] · W`, in integers: levels are rounded to 15 bits, and every 8 inputs to 15 bits of the largest among them.
 *
 * @param codes `m` rows of `stride` bytes, two codes a byte, the lower half first.
 * @param scratch 64 bytes.
 */
export function codebookVector(
  x: usize,
  m: i32,
  n: i32,
  codes: usize,
  stride: i32,
  levels: usize,
  y: usize,
  scratch: usize,
): void {
  const step = roundLevels(levels, scratch);
  const lowTable = v128.load(scratch);
  const highTable = v128.load(scratch, 16);
  const inputs = scratch + 32;
  const mask = i8x16.splat(15);
  const tiled = n & ~31;
  for (let i = 0; i < m; i += GROUP) {
    const count = min(GROUP, m - i);
    const inputStep = roundInputs(x + 4 * i, count, inputs);
    if (inputStep === 0) continue;
    const scale = f32x4.splat(inputStep * step);
    for (let j = 0; j < tiled; j += 32) {
      let a0 = i32x4.splat(0),
        a1 = a0,
        a2 = a0,
        a3 = a0,
        b0 = a0,
        b1 = a0,
        b2 = a0,
        b3 = a0;
      let at = codes + i * stride + (j >> 1);
      for (let r = 0; r < count; r += 2) {
        const pair = v128.load32_splat(inputs + 2 * r);
        const c = v128.load(at);
        // After the last row its codes are read again, with an input of 0
        const d = v128.load(r + 1 < count ? at + stride : at);
        at += 2 * stride;
        const evenC = v128.and(c, mask),
          evenD = v128.and(d, mask);
        const oddC = v128.shr<u8>(c, 4),
          oddD = v128.shr<u8>(d, 4);
        let u = low8(evenC, evenD);
        let l = v128.swizzle(lowTable, u),
          h = v128.swizzle(highTable, u);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, low8(l, h)));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, high8(l, h)));
        u = high8(evenC, evenD);
        l = v128.swizzle(lowTable, u);
        h = v128.swizzle(highTable, u);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, low8(l, h)));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, high8(l, h)));
        u = low8(oddC, oddD);
        l = v128.swizzle(lowTable, u);
        h = v128.swizzle(highTable, u);
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(pair, low8(l, h)));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(pair, high8(l, h)));
        u = high8(oddC, oddD);
        l = v128.swizzle(lowTable, u);
        h = v128.swizzle(highTable, u);
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(pair, low8(l, h)));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(pair, high8(l, h)));
      }
      const to = y + 4 * j;
      addScaled(to, a0, scale);
      addScaled(to + 16, a1, scale);
      addScaled(to + 32, a2, scale);
      addScaled(to + 48, a3, scale);
      addScaled(to + 64, b0, scale);
      addScaled(to + 80, b1, scale);
      addScaled(to + 96, b2, scale);
      addScaled(to + 112, b3, scale);
    }
  }
  for (let j = 0; j < tiled; j += 32) interleave(y + 4 * j);
  codebookEdge(x, m, codes, stride, levels, y, tiled, n);
}

/** Puts 16 sums of even columns and 16 sums of odd columns in the order of the columns. */
function interleave(y: usize): void {
  const a0 = v128.load(y),
    a1 = v128.load(y, 16),
    a2 = v128.load(y, 32),
    a3 = v128.load(y, 48);
  const b0 = v128.load(y, 64),
    b1 = v128.load(y, 80),
    b2 = v128.load(y, 96),
    b3 = v128.load(y, 112);
  storeInterleaved(y, a0, b0);
  storeInterleaved(y + 32, a1, b1);
  storeInterleaved(y + 64, a2, b2);
  storeInterleaved(y + 96, a3, b3);
}

function storeInterleaved(to: usize, even: v128, odd: v128): void {
  v128.store(to, v128.shuffle<i32>(even, odd, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<i32>(even, odd, 2, 6, 3, 7), 16);
}

/** The columns from `first` on, one by one. */
function codebookEdge(x: usize, m: i32, codes: usize, stride: i32, levels: usize, y: usize, first: i32, n: i32): void {
  if (first === n) return;
  for (let i = 0; i < m; i++) {
    const input = load<f32>(x + 4 * i);
    const row = codes + i * stride;
    for (let j = first; j < n; j++) {
      const code = (load<u8>(row + (j >> 1)) >> u8((j & 1) << 2)) & 15;
      store<f32>(y + 4 * j, load<f32>(y + 4 * j) + input * load<f32>(levels + 4 * code));
    }
  }
}

/** Decodes `rows` rows of 32 columns into `panel [rows, 32]`, exactly. `tables`: the four bytes of the levels, 16 each. */
function decodePanel(codes: usize, stride: i32, rows: i32, tables: usize, panel: usize): void {
  const mask = i8x16.splat(15);
  const t0 = v128.load(tables),
    t1 = v128.load(tables, 16),
    t2 = v128.load(tables, 32),
    t3 = v128.load(tables, 48);
  for (let r = 0; r < rows; r++) {
    const c = v128.load(codes + r * stride);
    const even = v128.and(c, mask);
    const odd = v128.shr<u8>(c, 4);
    const to = panel + 128 * r;
    for (let half = 0; half < 2; half++) {
      const u = half === 0 ? low8(even, odd) : high8(even, odd);
      const q0 = v128.swizzle(t0, u),
        q1 = v128.swizzle(t1, u),
        q2 = v128.swizzle(t2, u),
        q3 = v128.swizzle(t3, u);
      const l = low8(q0, q1),
        h = low8(q2, q3),
        l2 = high8(q0, q1),
        h2 = high8(q2, q3);
      const at = to + 64 * half;
      v128.store(at, v128.shuffle<i16>(l, h, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(at, v128.shuffle<i16>(l, h, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      v128.store(at, v128.shuffle<i16>(l2, h2, 0, 8, 1, 9, 2, 10, 3, 11), 32);
      v128.store(at, v128.shuffle<i16>(l2, h2, 4, 12, 5, 13, 6, 14, 7, 15), 48);
    }
  }
}

/**
 * `y [batch, n] += x [batch, m] · W`, in float32: panels of W are decoded exactly and multiplied by all rows of x.
 *
 * @param codes `m` rows of `stride` bytes, two codes a byte, the lower half first.
 * @param scratch 64 bytes and a panel: 16,448 bytes.
 */
export function codebookBatch(
  x: usize,
  batch: i32,
  m: i32,
  n: i32,
  codes: usize,
  stride: i32,
  levels: usize,
  y: usize,
  scratch: usize,
): void {
  for (let l = 0; l < 16; l++) {
    for (let part = 0; part < 4; part++) store<u8>(scratch + 16 * part + l, load<u8>(levels + 4 * l + part));
  }
  const panel = scratch + 64;
  const tiled = n & ~31;
  for (let i = 0; i < m; i += PANEL) {
    const rows = min(PANEL, m - i);
    for (let j = 0; j < tiled; j += 32) {
      decodePanel(codes + i * stride + (j >> 1), stride, rows, scratch, panel);
      multiplyPanel(x + 4 * i, batch, m, n, rows, panel, y + 4 * j);
    }
  }
  for (let b = 0; b < batch; b++) {
    codebookEdge(x + 4 * b * m, m, codes, stride, levels, y + 4 * b * n, tiled, n);
  }
}
