// Conversion of sparse codes between the working form and a list of nonzeros.
import { type Factor, floatFactor, indexFactor } from '@gcompress/core';
import type { Layout } from './layout.ts';

/** The factors of the format. */
export type DictLearnFactor = 'codes' | 'support' | 'atoms';

/** The nonzeros of all codes, signal after signal; within a signal in the order of their atoms. */
export interface SparseCodes {
  /** Number of nonzeros of each signal, `[s]`. */
  readonly counts: Int32Array;
  /** Index of the atom of each nonzero. */
  readonly positions: Int32Array;
  readonly values: Float32Array;
}

/** The nonzeros of the working form. */
export function collectCodes(
  { codes, support }: Readonly<Record<'codes' | 'support', Factor>>,
  { signals, masked }: Layout,
): SparseCodes {
  const width = codes.data.length / signals;
  const counts = new Int32Array(signals);
  const positions = new Int32Array(codes.data.length);
  const values = new Float32Array(codes.data.length);
  let end = 0;
  for (let signal = 0, at = 0; signal < signals; signal++) {
    const start = end;
    for (let i = 0; i < width; i++, at++) {
      if (codes.data[at] === 0 || (masked && support.data[at] === 0)) continue;
      positions[end] = masked ? i : support.data[at];
      values[end++] = codes.data[at];
    }
    counts[signal] = end - start;
  }
  return { counts, positions: positions.slice(0, end), values: values.slice(0, end) };
}

/** The working form of these codes: `codes` and `support`, as `[s, k]` with a mask or as `[s, t]` with indices of atoms. */
export function spreadCodes(
  { counts, positions, values }: SparseCodes,
  { signals, nonzeros, valueBits, masked }: Layout,
  atoms: number,
): Record<'codes' | 'support', Factor> {
  const width = masked ? atoms : nonzeros;
  const shape = [signals, width];
  const codes = new Float32Array(signals * width);
  const support = masked ? new Float32Array(codes.length) : new Int32Array(codes.length);
  let from = 0;
  for (let signal = 0; signal < signals; signal++) {
    for (let i = 0; i < counts[signal]; i++, from++) {
      const to = signal * width + (masked ? positions[from] : i);
      codes[to] = values[from];
      support[to] = masked ? 1 : positions[from];
    }
  }
  return {
    codes: floatFactor(shape, codes, valueBits === 32),
    support: support instanceof Int32Array ? indexFactor(shape, support) : floatFactor(shape, support, false),
  };
}

/** The codes without entries whose value is zero. */
export function withoutZeros({ counts, positions, values }: SparseCodes): SparseCodes {
  const kept = new Int32Array(counts.length);
  for (let signal = 0, at = 0; signal < counts.length; signal++) {
    for (const end = at + counts[signal]; at < end; at++) if (values[at] !== 0) kept[signal]++;
  }
  return {
    counts: kept,
    positions: positions.filter((_, at) => values[at] !== 0),
    values: values.filter((value) => value !== 0),
  };
}
