// Sweeps of plane rotations, in plain JavaScript.

import type { Sweep } from '@gcompress/core/hosts';
import type { View64 } from '../views/view.ts';

/**
 * {@link Kernels.rotateBack}. Four vectors at a time go through all sweeps, so they stay in the cache, and the entry that
 * two neighbouring rotations share stays in a register.
 */
export function rotateBack(vectors: View64, sweeps: readonly Sweep[]): void {
  const { rows, offset, rowStride } = vectors;
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    for (let s = sweeps.length - 1; s >= 0; s--) {
      rotateFour(vectors.data, offset + row * rowStride, rowStride, sweeps[s]);
    }
  }
  for (; row < rows; row++) {
    for (let s = sweeps.length - 1; s >= 0; s--) rotateOne(vectors.data, offset + row * rowStride, sweeps[s]);
  }
}

function rotateFour(data: Float64Array, start: number, stride: number, { from, cosines, sines }: Sweep): void {
  const last = cosines.length;
  let p0 = start + from + last;
  let p1 = p0 + stride;
  let p2 = p1 + stride;
  let p3 = p2 + stride;
  let q0 = data[p0];
  let q1 = data[p1];
  let q2 = data[p2];
  let q3 = data[p3];
  for (let i = last - 1; i >= 0; i--) {
    const c = cosines[i];
    const s = sines[i];
    const a0 = data[p0 - 1];
    data[p0--] = s * a0 + c * q0;
    q0 = c * a0 - s * q0;
    const a1 = data[p1 - 1];
    data[p1--] = s * a1 + c * q1;
    q1 = c * a1 - s * q1;
    const a2 = data[p2 - 1];
    data[p2--] = s * a2 + c * q2;
    q2 = c * a2 - s * q2;
    const a3 = data[p3 - 1];
    data[p3--] = s * a3 + c * q3;
    q3 = c * a3 - s * q3;
  }
  data[p0] = q0;
  data[p1] = q1;
  data[p2] = q2;
  data[p3] = q3;
}

function rotateOne(data: Float64Array, start: number, { from, cosines, sines }: Sweep): void {
  let at = start + from + cosines.length;
  let q = data[at];
  for (let i = cosines.length - 1; i >= 0; i--) {
    const p = data[at - 1];
    data[at--] = sines[i] * p + cosines[i] * q;
    q = cosines[i] * p - sines[i] * q;
  }
  data[at] = q;
}
