// Products with a matrix of 8-bit codes: each entry is one of at most 256 float32 levels.
import { multiplyPanel, PANEL } from './panel';

/**
 * `y [batch, n] += x [batch, m] · W`: panels of W are decoded and multiplied by all rows of x.
 *
 * @param codes uint8 `[m, n]`, each below the number of levels.
 * @param panel scratch of 16,384 bytes.
 */
export function bytesBatch(
  x: usize,
  batch: i32,
  m: i32,
  n: i32,
  codes: usize,
  levels: usize,
  y: usize,
  panel: usize,
): void {
  const tiled = n & ~31;
  for (let i = 0; i < m; i += PANEL) {
    const rows = min(PANEL, m - i);
    for (let j = 0; j < tiled; j += 32) {
      for (let r = 0; r < rows; r++) decodeRow(codes + (i + r) * n + j, 32, levels, panel + 128 * r);
      multiplyPanel(x + 4 * i, batch, m, n, rows, panel, y + 4 * j);
    }
  }
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < m; i++) {
      const input = load<f32>(x + 4 * (b * m + i));
      for (let j = tiled; j < n; j++) {
        const to = y + 4 * (b * n + j);
        store<f32>(to, load<f32>(to) + input * load<f32>(levels + ((<usize>load<u8>(codes + i * n + j)) << 2)));
      }
    }
  }
}

function decodeRow(codes: usize, count: i32, levels: usize, to: usize): void {
  for (let j = 0; j < count; j += 4) {
    store<f32>(to + 4 * j, load<f32>(levels + ((<usize>load<u8>(codes + j)) << 2)));
    store<f32>(to + 4 * j, load<f32>(levels + ((<usize>load<u8>(codes + j, 1)) << 2)), 4);
    store<f32>(to + 4 * j, load<f32>(levels + ((<usize>load<u8>(codes + j, 2)) << 2)), 8);
    store<f32>(to + 4 * j, load<f32>(levels + ((<usize>load<u8>(codes + j, 3)) << 2)), 12);
  }
}
