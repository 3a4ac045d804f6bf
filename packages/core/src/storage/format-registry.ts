// The formats that a reader accepts, by id.
import { GCompressError } from '../checks/errors.ts';
import { assertType, describeValue } from '../checks/option-checks.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';

/** A format that is imported only when a file needs it. */
export interface LazyFormat {
  readonly id: string;
  load(): Promise<CompressedFormat>;
}

/** The formats that a reader accepts; there is no global list. */
export interface FormatRegistry {
  /** Ids in the order in which they were given. */
  readonly ids: readonly string[];
  /**
   * The format of this id, loaded if need be.
   *
   * @throws GCompressError `unknown-format`, naming the ids that are known; `contract` when another format is loaded.
   */
  get(id: string): Promise<CompressedFormat>;
}

/**
 * A registry of formats, or of anything that has one such as a method.
 *
 * A method holds its encoder: `createFormatRegistry([lowRank])` makes a bundler include it. A page that only decodes passes the format
 * of the method's `/format` entry, `createFormatRegistry([lowRankFormat])`, or a {@link LazyFormat}.
 *
 * @throws GCompressError `invalid-option` for anything but a format, and when an id comes twice.
 */
export function createFormatRegistry(
  formats: readonly (CompressedFormat | LazyFormat | { readonly format: CompressedFormat })[],
): FormatRegistry {
  const known = new Map<string, CompressedFormat | LazyFormat>();
  if (!Array.isArray(formats)) throw badEntry('formats', 'an array of formats', formats);
  for (const [i, entry] of formats.entries()) {
    const format: unknown = isObject(entry) && 'format' in entry ? entry.format : entry;
    if (!isFormat(format)) throw badEntry(`formats[${i}]`, 'a format, a lazy format { id, load } or a method', entry);
    if (known.has(format.id)) {
      throw new GCompressError('invalid-option', {
        where: 'createFormatRegistry',
        expected: 'each format once',
        actual: `'${format.id}' twice`,
      });
    }
    known.set(format.id, format);
  }
  return {
    ids: [...known.keys()],
    async get(id) {
      assertType('format registry', 'id', id, 'string');
      const format = known.get(id);
      if (!format) {
        const ids = [...known.keys()].map((name) => `'${name}'`).join(', ');
        throw new GCompressError('unknown-format', {
          where: 'format registry',
          expected: ids ? `one of ${ids}` : 'a format, of which none is registered',
          actual: describeValue(id),
          hint: id.includes('/')
            ? `Register the format of the package that wrote '${id}'.`
            : `Install @gcompress/${id} and register its format.`,
        });
      }
      if (!('load' in format)) return format;
      const loaded = await format.load();
      if (!isFormat(loaded) || 'load' in loaded || loaded.id !== id) {
        throw new GCompressError('contract', {
          where: 'format registry',
          expected: `load() of '${id}' to give that format`,
          actual: isFormat(loaded) ? describeValue(loaded.id) : describeValue(loaded),
        });
      }
      return loaded;
    },
  };
}

function isFormat(value: unknown): value is CompressedFormat | LazyFormat {
  if (!isObject(value) || typeof value.id !== 'string') return false;
  return typeof value.load === 'function' || (typeof value.unpack === 'function' && Number.isInteger(value.version));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

function badEntry(where: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', {
    where: `createFormatRegistry ${where}`,
    expected,
    actual: describeValue(actual),
    hint: 'Import the format from the `/format` entry of its package.',
  });
}
