// Stores moments as tensors of a file: their lower triangle, or only its nonzero entries if most are 0.
import { GCompressError, type InputMoments } from '@gcompress/core';
import type { WritableTensor } from '@gcompress/core/storage';

/** Tensors of the moments of one matrix. */
export interface StoredMoments {
  /** `[m·(m+1)/2]`, row by row, or `[q]` entries. */
  readonly values: Float64Array;
  /** `[q]` rising positions in the triangle, if only nonzero entries are stored. */
  readonly places: Uint32Array | undefined;
}

/** Entries of the lower triangle of `[size, size]`. */
export function triangleOf(size: number): number {
  return (size * (size + 1)) / 2;
}

/** The tensors of moments, by the given name. */
export function momentTensors(name: string, moments: InputMoments): Record<string, WritableTensor> {
  const triangle = lowerTriangle(moments);
  const used = triangle.reduce((count, value) => (value === 0 ? count : count + 1), 0);
  const isSparse = used * (Float64Array.BYTES_PER_ELEMENT + Uint32Array.BYTES_PER_ELEMENT) < triangle.byteLength;
  if (!isSparse) return { [`moments/${name}`]: { shape: [triangle.length], data: triangle } };
  const places = new Uint32Array(used);
  let at = 0;
  for (const [place, value] of triangle.entries()) if (value !== 0) places[at++] = place;
  const values = Float64Array.from(places, (place) => triangle[place]);
  return {
    [`moments/${name}`]: { shape: [used], data: values },
    [`places/${name}`]: { shape: [used], data: places },
  };
}

/**
 * The symmetric matrix of stored moments.
 *
 * @throws GCompressError `file-tensor` for positions that do not rise or are out of range, or a wrong number of values.
 */
export function symmetricMatrix(name: string, { values, places }: StoredMoments, size: number): Float64Array {
  const last = triangleOf(size);
  const isOrdered = !places || places.every((place, at) => place < last && (at === 0 || place > places[at - 1]));
  if (values.length !== (places?.length ?? last) || !isOrdered) {
    throw new GCompressError('file-tensor', {
      where: `moments of '${name}'`,
      expected: places ? `rising places below ${last}, each with a value` : `${last} values`,
      actual: `${values.length} values${places ? ` for ${places.length} places` : ''}`,
    });
  }
  const matrix = new Float64Array(size * size);
  let stored = 0;
  let place = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++, place++) {
      if (places && places[stored] !== place) continue;
      matrix[i * size + j] = values[stored];
      matrix[j * size + i] = values[stored];
      stored++;
    }
  }
  return matrix;
}

function lowerTriangle({ size, values }: InputMoments): Float64Array {
  const triangle = new Float64Array(triangleOf(size));
  let at = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) triangle[at++] = values[i * size + j];
  }
  return triangle;
}
