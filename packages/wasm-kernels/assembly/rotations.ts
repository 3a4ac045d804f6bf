// Sweeps of plane rotations in float64.

/**
 * Applies inverse rotations of neighbouring entries to 8 vectors, whose entries of the same index are stored together. A sweep is an int32 pair
 * `(from, count)` at `sweeps`; its rotations, from the last to the first, are pairs of cosine and sine at `rotations`.
 */
export function rotateBack(vectors: usize, sweeps: usize, sweepCount: i32, rotations: usize): void {
  for (let sweep = 0; sweep < sweepCount; sweep++, sweeps += 8) {
    const count = load<i32>(sweeps, 4);
    let at = vectors + <usize>(load<i32>(sweeps) + count) * 64;
    let q0 = v128.load(at);
    let q1 = v128.load(at, 16);
    let q2 = v128.load(at, 32);
    let q3 = v128.load(at, 48);
    const end = rotations + <usize>count * 16;
    for (; rotations < end; rotations += 16, at -= 64) {
      const c = v128.load64_splat(rotations);
      const s = v128.load64_splat(rotations, 8);
      const before = at - 64;
      let p = v128.load(before);
      v128.store(at, f64x2.add(f64x2.mul(s, p), f64x2.mul(c, q0)));
      q0 = f64x2.sub(f64x2.mul(c, p), f64x2.mul(s, q0));
      p = v128.load(before, 16);
      v128.store(at, f64x2.add(f64x2.mul(s, p), f64x2.mul(c, q1)), 16);
      q1 = f64x2.sub(f64x2.mul(c, p), f64x2.mul(s, q1));
      p = v128.load(before, 32);
      v128.store(at, f64x2.add(f64x2.mul(s, p), f64x2.mul(c, q2)), 32);
      q2 = f64x2.sub(f64x2.mul(c, p), f64x2.mul(s, q2));
      p = v128.load(before, 48);
      v128.store(at, f64x2.add(f64x2.mul(s, p), f64x2.mul(c, q3)), 48);
      q3 = f64x2.sub(f64x2.mul(c, p), f64x2.mul(s, q3));
    }
    v128.store(at, q0);
    v128.store(at, q1, 16);
    v128.store(at, q2, 32);
    v128.store(at, q3, 48);
  }
}
