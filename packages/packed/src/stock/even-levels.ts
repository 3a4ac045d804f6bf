// Finds evenly spaced levels among values, as TensorFlow.js quantizes weights: `value = code · scale + min`.

/** Codes of values: `value = code · scale + min`, up to rounding to float32. */
export interface EvenLevels {
  readonly codes: Uint8Array | Uint16Array;
  readonly scale: number;
  readonly min: number;
}

/** The most levels of a two-byte code. */
const MOST_LEVELS = 2 ** 16;

/**
 * The codes of values on at most 65,536 evenly spaced levels. Decoding gives every value up to rounding to float32, and 0 exactly.
 *
 * @returns undefined if the values are not on evenly spaced levels.
 */
export function evenLevels(values: Float32Array): EvenLevels | undefined {
  const levels = distinct(values);
  if (levels === undefined || levels.length === 0) return undefined;
  const least = levels[0];
  const span = levels[levels.length - 1] - least;
  if (span === 0) return { codes: new Uint8Array(values.length), scale: 1, min: least };
  let gap = span;
  for (let i = 1; i < levels.length; i++) gap = Math.min(gap, levels[i] - levels[i - 1]);
  const steps = Math.round(span / gap);
  if (steps >= MOST_LEVELS) return undefined;
  const scale = span / steps;
  // Uses the operations of the reader, so that 0 is decoded as 0
  const min = levels.includes(0) ? -(Math.round(-least / scale) * scale) : least;
  const tolerance = 2 ** -23 * Math.max(-least, least + span);
  const isEven = levels.every((level) => {
    const back = Math.fround(Math.round((level - min) / scale) * scale + min);
    return Math.abs(back - level) <= tolerance && (level !== 0 || back === 0);
  });
  if (!isEven) return undefined;
  const code = (value: number) => Math.round((value - min) / scale);
  const codes = steps < 256 ? Uint8Array.from(values, code) : Uint16Array.from(values, code);
  return { codes, scale, min };
}

/** The distinct values in rising order; undefined if there are too many, or if one is not finite. */
function distinct(values: Float32Array): Float32Array | undefined {
  const found = new Set<number>();
  for (const value of values) {
    if (!Number.isFinite(value)) return undefined;
    // Makes −0 and 0 one value
    found.add(value + 0);
    if (found.size > MOST_LEVELS) return undefined;
  }
  return Float32Array.from(found).sort();
}
