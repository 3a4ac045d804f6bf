// Small dense products: sums of inputs times atoms or the rows of a codebook.

/** `y [columns] += sums [count] · atoms [count, length]`, using only the first `columns` columns of atoms. */
export function addAtoms(sums: usize, count: i32, atoms: usize, length: i32, columns: i32, y: usize): void {
  const stride = length << 2;
  let l = 0;
  for (; l + 4 <= count; l += 4) {
    const s0 = v128.load32_splat(sums + 4 * l),
      s1 = v128.load32_splat(sums + 4 * l, 4);
    const s2 = v128.load32_splat(sums + 4 * l, 8),
      s3 = v128.load32_splat(sums + 4 * l, 12);
    const r0 = atoms + l * stride,
      r1 = r0 + stride,
      r2 = r1 + stride,
      r3 = r2 + stride;
    let c = 0;
    for (; c + 4 <= columns; c += 4) {
      const first = f32x4.add(f32x4.mul(s0, v128.load(r0 + 4 * c)), f32x4.mul(s1, v128.load(r1 + 4 * c)));
      const second = f32x4.add(f32x4.mul(s2, v128.load(r2 + 4 * c)), f32x4.mul(s3, v128.load(r3 + 4 * c)));
      v128.store(y + 4 * c, f32x4.add(v128.load(y + 4 * c), f32x4.add(first, second)));
    }
    for (let row = l; row < l + 4; row++) addAtom(load<f32>(sums + 4 * row), atoms + row * stride, c, columns, y);
  }
  for (; l < count; l++) addAtom(load<f32>(sums + 4 * l), atoms + l * stride, 0, columns, y);
}

function addAtom(sum: f32, atom: usize, from: i32, columns: i32, y: usize): void {
  for (let c = from; c < columns; c++) store<f32>(y + 4 * c, load<f32>(y + 4 * c) + sum * load<f32>(atom + 4 * c));
}

/** The same for eight rows side by side: `sums [count, 8]`, `y [columns, 8]`. */
export function addAtomsLanes(sums: usize, count: i32, atoms: usize, length: i32, columns: i32, y: usize): void {
  const stride = length << 2;
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const to = y + 32 * c;
    let a0 = v128.load(to),
      b0 = v128.load(to, 16),
      a1 = v128.load(to, 32),
      b1 = v128.load(to, 48);
    let a2 = v128.load(to, 64),
      b2 = v128.load(to, 80),
      a3 = v128.load(to, 96),
      b3 = v128.load(to, 112);
    for (let l = 0, at = atoms + 4 * c; l < count; l++, at += stride) {
      const p = v128.load(sums + 32 * l),
        q = v128.load(sums + 32 * l, 16);
      let v = v128.load32_splat(at);
      a0 = f32x4.add(a0, f32x4.mul(p, v));
      b0 = f32x4.add(b0, f32x4.mul(q, v));
      v = v128.load32_splat(at, 4);
      a1 = f32x4.add(a1, f32x4.mul(p, v));
      b1 = f32x4.add(b1, f32x4.mul(q, v));
      v = v128.load32_splat(at, 8);
      a2 = f32x4.add(a2, f32x4.mul(p, v));
      b2 = f32x4.add(b2, f32x4.mul(q, v));
      v = v128.load32_splat(at, 12);
      a3 = f32x4.add(a3, f32x4.mul(p, v));
      b3 = f32x4.add(b3, f32x4.mul(q, v));
    }
    v128.store(to, a0);
    v128.store(to, b0, 16);
    v128.store(to, a1, 32);
    v128.store(to, b1, 48);
    v128.store(to, a2, 64);
    v128.store(to, b2, 80);
    v128.store(to, a3, 96);
    v128.store(to, b3, 112);
  }
  for (; c < columns; c++) {
    const to = y + 32 * c;
    let a = v128.load(to),
      b = v128.load(to, 16);
    for (let l = 0, at = atoms + 4 * c; l < count; l++, at += stride) {
      const v = v128.load32_splat(at);
      a = f32x4.add(a, f32x4.mul(v128.load(sums + 32 * l), v));
      b = f32x4.add(b, f32x4.mul(v128.load(sums + 32 * l, 16), v));
    }
    v128.store(to, a);
    v128.store(to, b, 16);
  }
}
