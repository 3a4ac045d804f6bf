import { describe, expect, it } from 'vitest';
import { normalizeInk } from '../src/digits/normalize-ink.ts';

const SIDE = 280;

/** A pad with ink in a rectangle. */
function rectangle(left: number, top: number, width: number, height: number): Uint8ClampedArray {
  const ink = new Uint8ClampedArray(SIDE * SIDE);
  for (let y = top; y < top + height; y++) ink.fill(255, y * SIDE + left, y * SIDE + left + width);
  return ink;
}

function box(pixels: Float32Array) {
  const lit = [...pixels.keys()].filter((i) => pixels[i] > 0.5);
  const columns = lit.map((i) => i % 28);
  const rows = lit.map((i) => Math.floor(i / 28));
  return [Math.min(...columns), Math.max(...columns), Math.min(...rows), Math.max(...rows)];
}

describe('normalizeInk', () => {
  it('makes nothing of an empty pad', () => {
    expect(normalizeInk(new Uint8ClampedArray(SIDE * SIDE), SIDE)).toBeUndefined();
  });

  it('scales the larger side to 20 pixels and centres the mass, wherever and however large it was drawn', () => {
    const pictures = [rectangle(10, 20, 20, 100), rectangle(200, 150, 20, 100), rectangle(120, 40, 40, 200)];
    for (const ink of pictures) expect(box(normalizeInk(ink, SIDE) as Float32Array)).toEqual([12, 15, 4, 23]);
  });

  it('keeps ink within 0 and 1, and a dot is a full one', () => {
    const pixels = normalizeInk(rectangle(0, 0, 1, 1), SIDE) as Float32Array;
    expect(Math.min(...pixels)).toBe(0);
    expect(Math.max(...pixels)).toBeCloseTo(1);
    expect(box(pixels)).toEqual([4, 23, 4, 23]);
  });

  it('keeps a digit that is off its centre of mass within the picture', () => {
    const ink = rectangle(100, 40, 100, 20);
    const stem = rectangle(190, 40, 10, 200);
    const both = ink.map((level, i) => Math.max(level, stem[i]));
    const pixels = normalizeInk(both, SIDE) as Float32Array;
    const mass = pixels.reduce((sum, level) => sum + level, 0);
    const x = pixels.reduce((sum, level, i) => sum + level * ((i % 28) + 0.5), 0) / mass;
    expect(x).toBeCloseTo(14, 0);
  });
});
