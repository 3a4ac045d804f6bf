import type { CompressedFormat } from './compressed-format.ts';
import { GCompressError } from './errors.ts';
import { describeValue } from './options.ts';

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
 * @throws GCompressError `invalid-option` when an id comes twice.
 */
export function createFormatRegistry(
  formats: readonly (CompressedFormat | LazyFormat | { readonly format: CompressedFormat })[],
): FormatRegistry {
  const known = new Map<string, CompressedFormat | LazyFormat>();
  for (const entry of formats) {
    const format = 'format' in entry ? entry.format : entry;
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
      if (loaded.id !== id) {
        throw new GCompressError('contract', {
          where: 'format registry',
          expected: `load() of '${id}' to give that format`,
          actual: `'${loaded.id}'`,
        });
      }
      return loaded;
    },
  };
}
