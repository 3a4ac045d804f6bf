// Shifts pictures of digits by whole pixels.

/** Pixels of a side. */
const SIDE = 28;

/** Whole pixels that a picture moves; negative: up, and to the left. */
export interface Shift {
  readonly down: number;
  readonly right: number;
}

/** Copies a picture `[28, 28]`, shifted, into `to`, which has to be 0 before: what moves in is background. */
export function copyShifted(picture: Float32Array, to: Float32Array, { down, right }: Shift): void {
  for (let row = Math.max(0, down); row < Math.min(SIDE, SIDE + down); row++) {
    const from = (row - down) * SIDE + Math.max(0, -right);
    to.set(picture.subarray(from, from + SIDE - Math.abs(right)), row * SIDE + Math.max(0, right));
  }
}
