// The interface of decoders that reconstruct a compressed matrix a few rows at a time.
import type { PackedMatrix, ReadLimits } from '@gcompress/core';
import { refusal } from './refusal.ts';

/** The next rows of a matrix `[m, n]`: `count · n` values in row-major order. */
export type NextRows = (count: number) => Float32Array;

/** A decoder that gives the rows of a matrix one after another, without the whole matrix in memory. */
export interface RowDecoder {
  /** Id of the format that it decodes. */
  readonly id: string;
  /** Newest version that it decodes. */
  readonly version: number;
  /** Checks the stored form, which may be hostile, and starts at the first row. */
  rows(packed: PackedMatrix, limits: ReadLimits): NextRows;
}

/**
 * Begins to decode a matrix.
 *
 * @throws GCompressError `unknown-format`, `unsupported-version`, and the errors of the decoder.
 */
export function startRows(packed: PackedMatrix, decoders: readonly RowDecoder[], limits: ReadLimits): NextRows {
  const { format, version } = packed;
  const decoder = decoders.find(({ id }) => id === format);
  if (!decoder) {
    throw refusal('unknown-format', `one of ${decoders.map(({ id }) => id)}`, `'${format.slice(0, 60)}'`);
  }
  if (version > decoder.version) {
    throw refusal('unsupported-version', `${format} version 1 to ${decoder.version}`, version);
  }
  return decoder.rows(packed, limits);
}
