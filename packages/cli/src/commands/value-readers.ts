// Parses and checks the values of options.
import { InvalidArgumentError } from 'commander';
import { parseByteSize } from '../output/byte-size.ts';

/** Reads a number above this one, and at most `max`. */
export function numberAbove(min: number, max = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value > min && value <= max) return value;
    const upper = max === Number.MAX_VALUE ? '' : ` and at most ${max}`;
    throw new InvalidArgumentError(`Give a number above ${min}${upper}.`);
  };
}

/** Reads a number of at least `min` and at most `max`. */
export function numberFrom(min: number, max = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return value;
    const upper = max === Number.MAX_VALUE ? '' : ` and at most ${max}`;
    throw new InvalidArgumentError(`Give a number of at least ${min}${upper}.`);
  };
}

/** Reads an integer of this range. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give an integer from ${min} to ${max}.`);
  };
}

/** Reads a size in bytes, such as `1MB`. */
export function byteSize(text: string): number {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new InvalidArgumentError('Give a size such as 500000, 750kB, 1MB or 1.5MiB.');
}

/** Milliseconds of each unit of time. */
const TIME_UNITS: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1000 };

/** Reads a time above 0, such as `5ms`, in milliseconds. */
export function milliseconds(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-zµ]+)$/.exec(text) ?? [];
  const value = Number(number) * (Object.hasOwn(TIME_UNITS, unit) ? (TIME_UNITS[unit] ?? 0) : 0);
  if (value > 0) return value;
  throw new InvalidArgumentError('Give a time such as 5ms, 0.5s or 200us.');
}

/** Reads a range of values, such as `0..1`. */
export function valueRange(text: string): readonly [number, number] {
  const [, from, to] = /^(-?[\d.]+(?:e[+-]?\d+)?)\.\.(-?[\d.]+(?:e[+-]?\d+)?)$/i.exec(text) ?? [];
  const [least, most] = [Number(from), Number(to)];
  if (least < most && most - least < Number.MAX_VALUE) return [least, most];
  throw new InvalidArgumentError('Give a range such as 0..1, -1..1 or 0..255.');
}

/** Reads names between commas. */
export function names(text: string): readonly string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.every((name) => name !== '')) return list;
  throw new InvalidArgumentError('Give names such as outputs or dense_2,outputs.');
}

/** Reads an object in JSON. */
export function jsonObject(text: string): Record<string, never> {
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Throws the same error as for JSON that is not an object
  }
  throw new InvalidArgumentError('Give a JSON object, such as \'{"levels": 16}\'.');
}
