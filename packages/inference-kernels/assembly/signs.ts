// Products with a matrix of signs, one bit each.

/** Adds `z` to the four columns whose bits are set. */
function addSet(sums: v128, z: v128, bits: v128, which: v128): v128 {
  return f32x4.add(sums, v128.and(z, i32x4.eq(v128.and(bits, which), which)));
}

/**
 * `y [n] = (2·Σ of the inputs whose bit is set − Σ of all inputs) ∘ scales`, which is `(z · S) ∘ scales` for S of ±1.
 *
 * @param signs `k` rows of `stride` bytes, eight columns a byte, the lowest bit first.
 */
export function signProduct(
  z: usize,
  batch: i32,
  k: i32,
  n: i32,
  signs: usize,
  stride: i32,
  scales: usize,
  y: usize,
): void {
  for (let b = 0; b < batch; b++) {
    const row = z + 4 * b * k;
    let total: f32 = 0;
    for (let i = 0; i < k; i++) total += load<f32>(row + 4 * i);
    const to = y + 4 * b * n;
    let j = 0;
    for (; j + 32 <= n; j += 32) signTile(row, k, signs + (j >> 3), stride, total, scales + 4 * j, to + 4 * j);
    for (; j < n; j++) {
      let sum: f32 = 0;
      for (let i = 0; i < k; i++) {
        if ((load<u8>(signs + i * stride + (j >> 3)) >> u8(j & 7)) & 1) sum += load<f32>(row + 4 * i);
      }
      store<f32>(to + 4 * j, (sum + sum - total) * load<f32>(scales + 4 * j));
    }
  }
}

/** 32 columns. */
function signTile(z: usize, k: i32, signs: usize, stride: i32, total: f32, scales: usize, y: usize): void {
  const w0 = i32x4(1, 2, 4, 8),
    w1 = i32x4(16, 32, 64, 128);
  const w2 = i32x4(1 << 8, 2 << 8, 4 << 8, 8 << 8),
    w3 = i32x4(16 << 8, 32 << 8, 64 << 8, 128 << 8);
  const w4 = i32x4(1 << 16, 2 << 16, 4 << 16, 8 << 16),
    w5 = i32x4(16 << 16, 32 << 16, 64 << 16, 128 << 16);
  const w6 = i32x4(1 << 24, 2 << 24, 4 << 24, 8 << 24),
    w7 = i32x4(16 << 24, 32 << 24, 64 << 24, 128 << 24);
  let a0 = f32x4.splat(0),
    a1 = a0,
    a2 = a0,
    a3 = a0,
    a4 = a0,
    a5 = a0,
    a6 = a0,
    a7 = a0;
  for (let i = 0; i < k; i++) {
    const bits = v128.load32_splat(signs + i * stride);
    const input = v128.load32_splat(z + 4 * i);
    a0 = addSet(a0, input, bits, w0);
    a1 = addSet(a1, input, bits, w1);
    a2 = addSet(a2, input, bits, w2);
    a3 = addSet(a3, input, bits, w3);
    a4 = addSet(a4, input, bits, w4);
    a5 = addSet(a5, input, bits, w5);
    a6 = addSet(a6, input, bits, w6);
    a7 = addSet(a7, input, bits, w7);
  }
  const t = f32x4.splat(total);
  storeSigned(y, a0, t, scales);
  storeSigned(y + 16, a1, t, scales + 16);
  storeSigned(y + 32, a2, t, scales + 32);
  storeSigned(y + 48, a3, t, scales + 48);
  storeSigned(y + 64, a4, t, scales + 64);
  storeSigned(y + 80, a5, t, scales + 80);
  storeSigned(y + 96, a6, t, scales + 96);
  storeSigned(y + 112, a7, t, scales + 112);
}

function storeSigned(y: usize, sums: v128, total: v128, scales: usize): void {
  v128.store(y, f32x4.mul(f32x4.sub(f32x4.add(sums, sums), total), v128.load(scales)));
}
