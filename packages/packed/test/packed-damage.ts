// Ways to damage a packed file: at random, or as someone who knows the layout and computes its checksums anew.
import { deflateSync, inflateSync } from 'node:zlib';
import type { Random } from '@gcompress/core';
import { crc32 } from '@gcompress/core/storage';
import type { Header } from '../src/container/header.ts';
import { withChecksums } from './packed-example.ts';

/** A damaged file and what was done to it. */
export interface Damage {
  readonly bytes: Uint8Array;
  readonly what: string;
}

/** A file in its parts, which damage puts together again. */
export interface Parts {
  readonly file: Uint8Array;
  readonly header: Header;
  readonly places: readonly (readonly string[])[];
  readonly data: Uint8Array;
}

/** JSON in the place of a number, a string, a list or an object. */
export const JUNK: Readonly<Record<string, string>> = {
  null: 'null',
  true: 'true',
  '0': '0',
  '1': '1',
  '−1': '-1',
  '0.5': '0.5',
  '2^14': '16384',
  '2^31': '2147483648',
  '2^53': '9007199254740992',
  '1e308': '1e308',
  'no text': '""',
  __proto__: '"__proto__"',
  float32: '"float32"',
  uint8: '"uint8"',
  string: '"string"',
  kmeans: '"kmeans"',
  uniform: '"uniform"',
  'an empty list': '[]',
  'a list of 0': '[0]',
  'a huge shape': '[65536,65536]',
  'a long shape': '[1,268435456]',
  'an empty object': '{}',
  'an object with toString': '{"toString":1,"valueOf":1,"toJSON":1,"length":1}',
  'a quantization': '{"quantization":{"dtype":"uint8","scale":1e38,"min":-1e38}}',
  'lists 300 deep': `${'['.repeat(300)}${']'.repeat(300)}`,
};

const PRELUDE = 16;
const MARK = '@here@';

/** Takes a file apart. The topology is left out of the places, because it is passed on as it is. */
export function partsOf(file: Uint8Array): Parts {
  const end = PRELUDE + new DataView(file.buffer, file.byteOffset).getUint32(4, true);
  const header: Header = JSON.parse(inflateSync(file.subarray(PRELUDE, end)).toString());
  const places = placesOf({ ...header, model: {} });
  return { file, header, places, data: file.subarray(end) };
}

/** Every file with one junk value in one place of its header. */
export function directedDamage({ header, places, data }: Parts): Damage[] {
  return places.flatMap((place) =>
    Object.entries(JUNK).map(([name, json]) => ({
      what: `${place.join('.')} set to ${name}`,
      bytes: fileOf(withJson(header, place, json), data),
    })),
  );
}

/** A file that is damaged at random, with checksums that hold. */
export function hostileDamage(parts: Parts, random: Random): Damage {
  const kinds = [editHeader, editHeader, editData, editData, editDeflated, editPrelude, moveTensors, copyTensors];
  return pick(kinds, random)(parts, random);
}

/** A file that is damaged at random, with the checksums as they were. */
export function randomDamage({ file }: Parts, random: Random): Damage {
  const { bytes, what } = damaged(file, random);
  return { bytes, what };
}

function editHeader({ header, places, data }: Parts, random: Random): Damage {
  const edits = 1 + random.integer(2);
  let text = JSON.stringify(header);
  const what: string[] = [];
  for (let edit = 0; edit < edits; edit++) {
    const place = pick(places, random);
    const [name, json] = pick(Object.entries(JUNK), random);
    try {
      text = withJson(JSON.parse(text), place, json);
    } catch {
      // The edit before this one has removed the place
    }
    what.push(`${place.join('.')} set to ${name}`);
  }
  return { bytes: fileOf(text, data), what: what.join(', ') };
}

function editData({ header, data }: Parts, random: Random): Damage {
  let bytes = data;
  const what: string[] = [];
  for (let left = 1 + random.integer(4); left > 0 && bytes.length > 0; left--) {
    const next = damaged(bytes, random);
    // A changed length is refused at once, so that it would hide what else there is
    if (next.bytes.length !== data.length) continue;
    bytes = next.bytes;
    what.push(`data: ${next.what}`);
  }
  return { bytes: fileOf(JSON.stringify(withChecksums(header, bytes)), bytes), what: what.join(', ') };
}

/** Damages the deflated text of the header. */
function editDeflated({ header, data }: Parts, random: Random): Damage {
  const text = JSON.stringify(header);
  const { bytes, what } = damaged(deflateSync(text), random);
  return { bytes: withPrelude(bytes, Buffer.byteLength(text), data), what: `deflated header: ${what}` };
}

/** Claims other lengths of the header, or another version. */
function editPrelude({ file }: Parts, random: Random): Damage {
  const bytes = file.slice();
  const at = 3 + random.integer(9);
  bytes[at] = pick([0, 1, 2, 0x7f, 0x80, 0xff, bytes[at] + 1, bytes[at] - 1], random) & 0xff;
  const end = PRELUDE + new DataView(bytes.buffer).getUint32(4, true);
  const checksum = crc32(bytes.subarray(PRELUDE, end), crc32(bytes.subarray(0, 12)));
  new DataView(bytes.buffer).setUint32(12, checksum, true);
  return { bytes, what: `byte ${at} of the prelude set to ${bytes[at]}` };
}

/** Puts the tensors into another order, or one of them twice, in the header alone. */
function moveTensors({ header, data }: Parts, random: Random): Damage {
  const weights = [...header.weights];
  const [from, to] = [random.integer(weights.length), random.integer(weights.length)];
  weights[to] = weights[from];
  if (random.integer(2) === 0) weights[from] = header.weights[to];
  return { bytes: fileOf(JSON.stringify({ ...header, weights }), data), what: `weight ${from} at ${to}` };
}

/** Makes weights copies of others, or of themselves, of none, or of a huge one. */
function copyTensors({ header, data }: Parts, random: Random): Damage {
  const weights: unknown[] = [...header.weights];
  const what: string[] = [];
  for (let left = 1 + random.integer(4); left > 0; left--) {
    const [at, from] = [random.integer(weights.length), random.integer(weights.length + 2) - 1];
    weights[at] = [`copy ${at}`, from];
    what.push(`weight ${at} a copy of ${from}`);
  }
  if (random.integer(4) === 0) {
    weights[0] = ['huge', 'float32', [2 ** 14], { seed: random.integer(2) === 0 ? 1 : undefined }];
    what.push('weight 0 huge');
  }
  return { bytes: fileOf(JSON.stringify({ ...header, weights }), data), what: what.join(', ') };
}

function damaged(bytes: Uint8Array, random: Random): Damage {
  const at = random.integer(bytes.length);
  const end = Math.min(bytes.length, at + 1 + random.integer(16));
  const changed = bytes.slice();
  const kind = random.integer(6);
  if (kind < 2) {
    changed[at] = pick([bytes[at] ^ (1 << random.integer(8)), 0, 0x7f, 0x80, 0xff, random.integer(256)], random);
    return { bytes: changed, what: `byte ${at} set to ${changed[at]}` };
  }
  if (kind === 2) return { bytes: bytes.slice(0, at), what: `cut off after ${at}` };
  if (kind === 3) return { bytes: changed.fill(0, at, end), what: `${at} to ${end} set to 0` };
  const to = random.integer(bytes.length - (end - at) + 1);
  if (kind === 4) return { bytes: changed.copyWithin(to, at, end), what: `${at} to ${end} copied to ${to}` };
  return { bytes: Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(end)), what: `${at} to ${end} removed` };
}

function fileOf(text: string, data: Uint8Array): Uint8Array {
  return withPrelude(deflateSync(text, { level: 1 }), Buffer.byteLength(text), data);
}

function withPrelude(stored: Uint8Array, textBytes: number, data: Uint8Array): Uint8Array {
  const file = new Uint8Array(PRELUDE + stored.length + data.length);
  const view = new DataView(file.buffer);
  file.set([71, 67, 77, 2]);
  view.setUint32(4, stored.length, true);
  view.setUint32(8, textBytes, true);
  view.setUint32(12, crc32(stored, crc32(file.subarray(0, 12))), true);
  file.set(stored, PRELUDE);
  file.set(data, PRELUDE + stored.length);
  return file;
}

/** The header as text, with JSON in one place. */
function withJson(header: unknown, place: readonly string[], json: string): string {
  return JSON.stringify(replaced(header, place)).replace(`"${MARK}"`, () => json);
}

function replaced(value: unknown, [key, ...rest]: readonly string[]): unknown {
  const entries = Object.entries(value as object).map(([name, inner]) => {
    if (name !== key) return [name, inner];
    return [name, rest.length === 0 ? MARK : replaced(inner, rest)];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...placesOf(inner, [...path, key])]);
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[random.integer(values.length)];
}
