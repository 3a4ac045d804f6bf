// Keys of evaluations: a hash of everything that a result depends on.
import type { JsonObject } from '@gcompress/core';
import type { MatrixSubject } from '../forms/weight-forms.ts';

/** Changes where evaluations of the same inputs give other results than before. */
const VERSION = 2;

/** Makes keys for the evaluations of one matrix, of its values, moments and gains, and of a compressor. */
export async function evaluationKeys({
  weight: { matrix },
  moments,
  gains,
}: MatrixSubject): Promise<(method: string, options: JsonObject) => string> {
  const parts = [matrix.data, moments?.values, gains];
  const hashes = await Promise.all(parts.map((values) => (values ? hashOf(values) : '')));
  const subject = [VERSION, matrix.shape, ...hashes, moments?.count ?? 0];
  return (method, options) => JSON.stringify([...subject, method, options]);
}

async function hashOf(values: ArrayLike<number>): Promise<string> {
  const plain = values instanceof Float64Array ? values : Float32Array.from(values);
  const hash = await globalThis.crypto.subtle.digest('SHA-256', plain.slice());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
