// Matrices on the grids of their last compression are fitted into a number of bytes.
import type { CompressedMatrix } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { type RoundToGrid, roundToFit } from '../src/training/size/round-to-fit.ts';

/** A matrix whose bytes fall from `bytes` at the nearest multiples to a half at a dead zone of 1; notes the dead zones that it is asked for. */
function matrixOf(bytes: number): { readonly round: RoundToGrid; readonly asked: number[] } {
  const asked: number[] = [];
  const round: RoundToGrid = async (deadZone) => {
    asked.push(deadZone);
    return { byteLength: Math.round(bytes * (1.5 - deadZone)), deadZone } as unknown as CompressedMatrix;
  };
  return { round, asked };
}

const deadZoneOf = (matrix: CompressedMatrix | undefined) => (matrix as unknown as { deadZone: number }).deadZone;
const options = { fewest: 950, trim: true };

describe('rounding to fit', () => {
  it('takes the nearest multiples of all matrices if they fit', async () => {
    const matrices = [matrixOf(600), matrixOf(390)];
    const rounded = await roundToFit(
      matrices.map(({ round }) => round),
      1000,
      options,
    );
    expect(rounded?.map(deadZoneOf)).toEqual([0.5, 0.5]);
    expect(matrices.map(({ asked }) => asked)).toEqual([[0.5], [0.5]]);
  });

  it('widens the dead zone of all matrices as little as it can, so that they fit', async () => {
    const { round, asked } = matrixOf(1040);
    const rounded = await roundToFit([round, matrixOf(0).round], 1000, options);
    const [deadZone, other] = rounded?.map(deadZoneOf) ?? [];
    expect(other).toBe(deadZone);
    expect(1040 * (1.5 - deadZone)).toBeLessThanOrEqual(1000.5);
    // One halving of the last interval narrower does not fit
    expect(1040 * (1.5 - (deadZone - 0.5 / 2 ** 6))).toBeGreaterThan(1000);
    expect(asked.length).toBe(7);
  });

  it.each<[string, number, Partial<typeof options>]>([
    ['take too few bytes', 940, {}],
    ['take a little too many and may not be trimmed', 1010, { trim: false }],
    ['take far too many bytes', 1060, {}],
  ])('gives up for matrices that %s', async (_, bytes, changed) => {
    expect(await roundToFit([matrixOf(bytes).round], 1000, { ...options, ...changed })).toBeUndefined();
  });

  it('gives up if a matrix has no grid', async () => {
    const without: RoundToGrid = async () => undefined;
    expect(await roundToFit([matrixOf(980).round, without], 1000, options)).toBeUndefined();
  });
});
