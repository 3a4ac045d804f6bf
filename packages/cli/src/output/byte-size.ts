// Sizes in bytes as people write and read them.

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** `'1MB'`, `'512 KiB'` or `'2000'` as bytes; undefined for anything else, and for less than one byte. */
export function parseByteSize(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const factor = unit === '' ? 1 : UNITS[unit.toLowerCase()];
  if (factor === undefined) return undefined;
  const bytes = Math.floor(Number(number) * factor);
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined;
}

/** Bytes with separators below 10 kB, in kB or MB above. */
export function formatBytes(bytes: number): string {
  if (bytes < 10_000) return `${bytes.toLocaleString('en-US')} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${value.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ${unit}`;
}

/** How many times smaller: `'7.8×'`, or a dash if that is undefined. */
export function formatRatio(from: number, to: number): string {
  return to > 0 && from > 0 ? `${(from / to).toFixed(from / to < 10 ? 2 : 1)}×` : '–';
}

/** `'6.41× smaller'` or `'1.24× larger'`. */
export function comparedBytes(from: number, to: number): string {
  if (from === to) return 'as large';
  return from > to ? `${formatRatio(from, to)} smaller` : `${formatRatio(to, from)} larger`;
}

/** An error or a difference with three digits, or `0`. */
export function formatError(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  return value >= 1e-3 && value < 1e3 ? value.toPrecision(3) : value.toExponential(2);
}
