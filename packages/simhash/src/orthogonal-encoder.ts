// Encoder of signs for orthogonal planes, one rotation at a time.
import type { Matrix, Pace } from '@gcompress/core';
import { columnNorms } from '@gcompress/linalg';
import type { Encoder } from './encoder.ts';
import { drawProjection, drawRotations, type PlaneBlock, planeBlocks } from './projection.ts';
import { applyRotation, applyTransposedRotation } from './rotation.ts';
import { emptySketch, fitScales, type Sketch } from './sketch.ts';

/** A block of planes and the offset of its signs. */
interface Digit extends PlaneBlock {
  readonly at: number;
}

/**
 * Signs for orthogonal planes. Planes of one rotation do not influence each other. A sweep therefore rotates the residual, gives
 * every coordinate its nearest level, and continues with the new residual in the other rotation. With k ≤ m there is only one
 * rotation, and the first signs are already optimal.
 */
export function orthogonalEncoder(matrix: Matrix, seed: number, bits: number, pace: Pace): Encoder {
  const [rows, cols] = matrix.shape;
  const blocks = planeBlocks(rows, bits).map((block, index): Digit => ({ ...block, at: index * rows * cols }));
  const rotations = drawRotations(seed, rows, bits).map((rotation, index) => ({
    rotation,
    digits: blocks.filter((block) => block.rotation === index),
  }));
  const start = startingScale(rows, bits);
  const sketch = emptySketch(
    matrix,
    bits,
    columnNorms(matrix).map((norm) => (start * norm) / Math.sqrt(rows)),
  );
  const sweep = (report: Pace) => {
    let changed = false;
    for (const [index, { rotation, digits }] of rotations.entries()) {
      const spend = (operations: number, part: number) => report(operations, (index + part / 3) / rotations.length);
      applyTransposedRotation(rotation, sketch.residual, cols, (operations, done) => spend(operations, done));
      if (chooseDigits(sketch, digits, (operations, done) => spend(operations, 1 + done))) changed = true;
      applyRotation(rotation, sketch.residual, cols, (operations, done) => spend(operations, 2 + done));
    }
    return changed;
  };
  sweep(pace);
  fitScales(sketch);
  return { sketch, sweep, projection: (report) => drawProjection('orthogonal', seed, rows, bits, report) };
}

/**
 * Rounds each coordinate to its nearest level and writes the digits of that level, highest digit first: each digit takes the sign
 * of the remainder. Here, `sketch.residual` holds rotated coordinates.
 */
function chooseDigits({ matrix, signs, scales, residual }: Sketch, digits: readonly Digit[], pace: Pace): boolean {
  const cols = matrix.shape[1];
  let changed = false;
  for (let i = 0; i < digits[0].planes; i++) {
    const used = digits.filter(({ planes }) => i < planes);
    for (let j = 0, place = i * cols; j < cols; j++, place++) {
      let rest = residual[place];
      for (const { at, length } of used) rest += scales[j] * length * signs[at + place];
      for (const { at, length } of used) {
        const sign = rest * scales[j] < 0 ? -1 : 1;
        rest -= scales[j] * length * sign;
        if (sign !== signs[at + place]) changed = true;
        signs[at + place] = sign;
      }
      residual[place] = rest;
    }
    pace(4 * used.length * cols, i / digits[0].planes);
  }
  return changed;
}

/**
 * The scale at which the first signs are chosen, in units of a column's root mean square. Found by experiment: it leaves about the
 * least error after refinement for normally distributed coordinates, which a random rotation produces. More digits need a larger
 * scale, a fuller second rotation a smaller one.
 */
function startingScale(rows: number, bits: number): number {
  const digits = Math.max(1, Math.ceil(bits / rows) - 1);
  const crossing = bits > rows ? bits / rows - digits : 0;
  return 0.62 + 0.18 * digits - (0.45 * crossing) / Math.sqrt(digits);
}
