// Numbers as people read them.

/** Bytes with separators below 10 kB, in kB or MB above. */
export function bytesText(bytes: number): string {
  if (bytes < 10_000) return `${bytes.toLocaleString('en-US')} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  const digits = value < 10 ? 2 : 1;
  return `${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

/** How many times smaller: `'7.80×'`, or a dash if that is undefined. */
export function ratioText(from: number, to: number): string {
  return to > 0 && from > 0 ? `${(from / to).toFixed(from / to < 10 ? 2 : 1)}×` : '–';
}

/** `'6.41× smaller'` or `'1.24× larger'`. */
export function comparedText(from: number, to: number): string {
  if (from === to) return 'as large';
  return from > to ? `${ratioText(from, to)} smaller` : `${ratioText(to, from)} larger`;
}

/** An error or a difference with three digits; a dash if it is unknown. */
export function errorText(value: number | null | undefined): string {
  if (value === undefined) return '–';
  // JSON has no infinity
  if (value === null || !Number.isFinite(value)) return 'infinite';
  if (value === 0) return '0';
  return value >= 1e-3 && value < 1e3 ? value.toPrecision(3) : value.toExponential(2);
}

/** A fraction from 0 to 1 as a percentage. */
export function percentText(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** A number with a unit prefix, for multiply-adds. */
export function countText(count: number): string {
  const [value, unit] = count < 1e6 ? [count, ''] : count < 1e9 ? [count / 1e6, ' million'] : [count / 1e9, ' billion'];
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 2 })}${unit}`;
}

/** Milliseconds with three digits. */
export function timeText(milliseconds: number): string {
  const digits = milliseconds === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(milliseconds))));
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${milliseconds.toLocaleString('en-US', options)} ms`;
}

/** `'1 input'` or `'3 inputs'`. */
export function pluralText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** Side lengths in brackets. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** Text without control characters but line ends and tabs: names come from files. */
export function plainText(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
