import { describe, expect, it } from 'vitest';
import { type CompressedFormat, createFormatRegistry } from '../src/index.ts';

function formatNamed(id: string): CompressedFormat {
  return {
    id,
    version: 1,
    reconstruct: (_, { dense }) => dense,
    pack: () => ({}),
    unpack: () => ({}),
  };
}

describe('createFormatRegistry', () => {
  it('finds formats, formats of methods, and formats that are loaded', async () => {
    const [plain, ofMethod, lazy] = ['plain', 'method', 'acme/lazy'].map(formatNamed);
    const registry = createFormatRegistry([plain, { format: ofMethod }, { id: lazy.id, load: async () => lazy }]);
    expect(registry.ids).toEqual(['plain', 'method', 'acme/lazy']);
    expect(await registry.get('plain')).toBe(plain);
    expect(await registry.get('method')).toBe(ofMethod);
    expect(await registry.get('acme/lazy')).toBe(lazy);
  });

  it('loads only the formats that are asked for', async () => {
    const loaded: string[] = [];
    const lazy = (id: string) => ({
      id,
      load: async () => {
        loaded.push(id);
        return formatNamed(id);
      },
    });
    const registry = createFormatRegistry([lazy('a'), lazy('b')]);
    expect(loaded).toEqual([]);
    await registry.get('b');
    expect(loaded).toEqual(['b']);
  });

  it('refuses a format that is given twice', () => {
    const create = () => createFormatRegistry([formatNamed('a'), { format: formatNamed('a') }]);
    expect(create).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(create).toThrow("'a' twice");
  });

  it('names the known formats and the package to install for an unknown id', async () => {
    const registry = createFormatRegistry([formatNamed('lowrank'), formatNamed('kmeans')]);
    await expect(registry.get('simhash')).rejects.toThrow(
      "format registry: expected one of 'lowrank', 'kmeans', got 'simhash'. Install @gcompress/simhash and register its format.",
    );
    await expect(registry.get('acme/rows')).rejects.toThrow(
      "Register the format of the package that wrote 'acme/rows'.",
    );
    await expect(createFormatRegistry([]).get('lowrank')).rejects.toMatchObject({
      code: 'unknown-format',
      details: { expected: 'a registered format; none is registered' },
    });
  });

  it.each(['__proto__', 'constructor', 'toString', ''])('knows no format %j', async (id) => {
    await expect(createFormatRegistry([formatNamed('a')]).get(id)).rejects.toMatchObject({ code: 'unknown-format' });
  });

  it('refuses a loader that gives another format', async () => {
    const registry = createFormatRegistry([{ id: 'a', load: async () => formatNamed('b') }]);
    await expect(registry.get('a')).rejects.toMatchObject({ code: 'contract', details: { actual: "'b'" } });
  });

  it('passes on why a format could not be loaded', async () => {
    const offline = new Error('offline');
    const registry = createFormatRegistry([{ id: 'a', load: () => Promise.reject(offline) }]);
    await expect(registry.get('a')).rejects.toBe(offline);
  });
});
