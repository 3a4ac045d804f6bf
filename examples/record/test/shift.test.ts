// Pictures shifted by whole pixels.
import { expect, it } from 'vitest';
import { copyShifted } from '../src/shift.ts';

const SIDE = 28;
const picture = Float32Array.from({ length: SIDE * SIDE }, (_, at) => at + 1);

it.each([
  { down: 0, right: 0 },
  { down: 1, right: 0 },
  { down: -1, right: 1 },
  { down: 2, right: -3 },
])('each pixel moves by $down and $right, and background moves in', (by) => {
  const to = new Float32Array(picture.length);
  copyShifted(picture, to, by);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [fromRow, fromColumn] = [row - by.down, column - by.right];
      const inside = Math.min(fromRow, fromColumn) >= 0 && Math.max(fromRow, fromColumn) < SIDE;
      expect(to[row * SIDE + column]).toBe(inside ? picture[fromRow * SIDE + fromColumn] : 0);
    }
  }
});
