import type { CompressedFormat } from './compressed-format.ts';
import { GCompressError } from './errors.ts';

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
   * @throws GCompressError `unknown-format`, naming the ids that are known.
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
        throw new GCompressError('unknown-format', {
          where: 'format registry',
          expected: `one of ${[...known.keys()].map((name) => `'${name}'`).join(', ') || 'no formats at all'}`,
          actual: `'${id}'`,
          hint: id.includes('/')
            ? `Register the format of the package that wrote '${id}'.`
            : `Install @gcompress/${id} and register its format.`,
        });
      }
      return 'load' in format ? format.load() : format;
    },
  };
}
