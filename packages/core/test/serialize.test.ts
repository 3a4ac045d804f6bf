import { describe, expect, it } from 'vitest';
import { createFormatRegistry, deserialize, type PackedMatrix, serialize } from '../src/index.ts';
import { crc32 } from '../src/storage/crc32.ts';
import { readSafetensors } from '../src/storage/read-safetensors.ts';
import { writeSafetensors } from '../src/storage/write-safetensors.ts';
import { rankOne, rankOneFormat } from './rank-one.ts';

const formats = createFormatRegistry([rankOneFormat]);
const matrices = { first: rankOne([1, 2, 3], [10, 20]), 'second/kernel': rankOne([-1], [0.5]) };

/** The file of one matrix in whose description something was changed, with a checksum that agrees. */
function fileWith(changes: { readonly [K in keyof PackedMatrix]?: unknown }): Uint8Array {
  const { tensors: changedTensors, ...rest } = changes;
  const packed = rankOne([1, 2, 3], [10, 20]).pack();
  const tensors = (changedTensors ?? packed.tensors) as PackedMatrix['tensors'];
  const names = Object.keys(tensors).map((name) => [name, `matrix/${name}`] as const);
  const stored = { ...packed, ...rest, tensors: Object.fromEntries(names) };
  return writeFile(Object.fromEntries(names.map(([name, fileName]) => [fileName, tensors[name]])), { matrix: stored });
}

/** A file as anybody may write it, with the checksum that agrees. */
function writeFile(tensors: PackedMatrix['tensors'], matrices: unknown): Uint8Array {
  const list = typeof matrices === 'string' ? matrices : JSON.stringify(matrices);
  const { metadata } = readSafetensors(serialize({}));
  const file = writeSafetensors(tensors, { ...metadata, 'gcompress.checksum': '00000000', 'gcompress.matrices': list });
  const at = Buffer.from(file).indexOf('"gcompress.checksum":"') + '"gcompress.checksum":"'.length;
  file.set(new TextEncoder().encode(crc32(file).toString(16).padStart(8, '0')), at);
  return file;
}

/** A file in which our part of the header was edited. Its checksum is that of the file before. */
function fileWithMetadata(edit: (metadata: Record<string, string>) => Record<string, string>): Uint8Array {
  const { metadata, tensors } = readSafetensors(serialize(matrices));
  return writeSafetensors(tensors, edit({ ...metadata }));
}

/** The same file with the checksum that the reader asks for. */
async function withRightChecksum(file: Uint8Array): Promise<Uint8Array> {
  const { details } = await deserialize(file, formats).catch((error) => error);
  return fileWithChecksum(file, details.actual.padStart(8, '0'));
}

function fileWithChecksum(file: Uint8Array, checksum: string): Uint8Array {
  const { metadata, tensors } = readSafetensors(file);
  return writeSafetensors(tensors, { ...metadata, 'gcompress.checksum': checksum });
}

describe('serialize and deserialize', () => {
  it('give the same matrices again, in the same order', async () => {
    const read = await deserialize(serialize(matrices), formats);
    expect(Object.keys(read)).toEqual(['first', 'second/kernel']);
    for (const [name, { shape, config, factors, format }] of Object.entries(matrices)) {
      expect(read[name]).toMatchObject({ shape, config, factors, format });
      expect(read[name].decompress()).toEqual(matrices[name as keyof typeof matrices].decompress());
    }
    expect(serialize(read)).toEqual(serialize(matrices));
  });

  it('keep a file of no matrices', async () => {
    expect(await deserialize(serialize({}), formats)).toEqual({});
  });

  it.each(['', 'dense/kernel:0', '"quoted"\n', 'ü', '\ud800', '__proto__', 'constructor', '__metadata__', '7'])(
    'keep the name %j',
    async (name) => {
      const read = await deserialize(serialize({ [name]: matrices.first }), formats);
      expect(Object.keys(read)).toEqual([name]);
      expect(Object.entries(read)[0][1].decompress()).toEqual(matrices.first.decompress());
    },
  );

  it('take a Node.js Buffer', async () => {
    const read = await deserialize(Buffer.from(serialize(matrices)), formats);
    expect(read.first.decompress()).toEqual(matrices.first.decompress());
  });

  it('refuse to write two tensors under one name', () => {
    const { first } = matrices;
    const pack = () => ({ ...first.pack(), tensors: { 'kernel/row': first.pack().tensors.row } });
    expect(() => serialize({ second: { ...first, pack }, 'second/kernel': first })).toThrow(
      "serialize: expected names that tell the tensors apart, got 'second/kernel/row' twice.",
    );
  });

  it('write a file that other tools can open', () => {
    const { metadata, tensors } = readSafetensors(serialize(matrices));
    expect(Object.keys(tensors).sort()).toEqual([
      'first/column',
      'first/row',
      'second/kernel/column',
      'second/kernel/row',
    ]);
    expect(metadata).toMatchObject({
      format: 'gcompress',
      'gcompress.version': '1',
      'gcompress.checksum': expect.stringMatching(/^[0-9a-f]{8}$/),
    });
  });
});

it('a file of version 1 has these bytes, of which the checksum is the proof', () => {
  const file = serialize({ w: rankOne([1, 2], [-1]) });
  const { metadata, tensors } = readSafetensors(file);
  expect(metadata).toEqual({
    format: 'gcompress',
    'gcompress.checksum': '035fcb53',
    'gcompress.version': '1',
    'gcompress.matrices':
      '{"w":{"format":"acme/rank-one","version":2,"shape":[2,1],"config":{"made":"for a test"},' +
      '"tensors":{"column":"w/column","row":"w/row"}}}',
  });
  expect(tensors).toEqual({
    'w/column': { shape: [2, 1], data: Float32Array.of(1, 2) },
    'w/row': { shape: [1, 1], data: Float32Array.of(-1) },
  });
});

describe('deserialize refuses', () => {
  const refused = (file: Uint8Array, known = formats) => expect(deserialize(file, known)).rejects;

  it('every file that is cut off', async () => {
    const file = serialize(matrices);
    for (let length = 0; length < file.length; length++) {
      await refused(file.subarray(0, length)).toMatchObject({ code: 'file-truncated' });
    }
  });

  it('every file of which one byte changed', async () => {
    const file = serialize(matrices);
    for (let at = 0; at < file.length; at++) {
      const code = expect.stringMatching(/^(file-|unsupported-version)/);
      await refused(file.slice().fill(file[at] ^ 1, at, at + 1)).toMatchObject({ code });
    }
  });

  it('a checksum that is another, missing or no checksum', async () => {
    const file = serialize(matrices);
    await refused(fileWithChecksum(file, '00000000')).toMatchObject({ code: 'file-checksum' });
    await refused(fileWithChecksum(file, '0000000')).toMatchObject({ code: 'file-checksum' });
    const without = fileWithMetadata(({ 'gcompress.checksum': _, ...metadata }) => metadata);
    await refused(without).toMatchObject({ code: 'file-header', details: { expected: 'a checksum' } });
  });

  it('safetensors files of others', async () => {
    await refused(fileWithMetadata(() => ({}))).toMatchObject({ code: 'file-header' });
    await refused(fileWithMetadata(() => ({ format: 'pt' }))).toMatchObject({
      code: 'file-header',
      details: { expected: "'gcompress' as format", actual: "'pt'" },
    });
  });

  it.each(['2', '0', '', 'x', '1.5'])('file version %j', async (version) => {
    const file = fileWithMetadata((metadata) => ({ ...metadata, 'gcompress.version': version }));
    await refused(file).toMatchObject({ code: 'unsupported-version', details: { actual: `'${version}'` } });
  });

  it('a format that is not registered', async () => {
    await refused(serialize(matrices), createFormatRegistry([])).toMatchObject({ code: 'unknown-format' });
  });

  it('a matrix of a newer version than its format reads', async () => {
    await refused(fileWith({ version: 3 })).toMatchObject({
      code: 'unsupported-version',
      details: { where: "matrix 'matrix'", expected: 'acme/rank-one version 1 to 2', actual: '3' },
    });
    await expect(deserialize(fileWith({ version: 1 }), formats)).resolves.toHaveProperty('matrix');
  });

  it.each<[what: string, code: string, changes: { readonly [K in keyof PackedMatrix]?: unknown }]>([
    ['no format', 'file-header', { format: null }],
    ['version 0', 'file-header', { version: 0 }],
    ['version 1.5', 'file-header', { version: 1.5 }],
    ['a version in quotes', 'file-header', { version: '2' }],
    ['no shape', 'file-header', { shape: undefined }],
    ['no config', 'file-header', { config: undefined }],
    ['a config that is an array', 'file-header', { config: [] }],
    ['an empty shape', 'invalid-matrix', { shape: [0, 2] }],
    ['three sides', 'invalid-matrix', { shape: [3, 2, 1] }],
    ['sides in quotes', 'invalid-matrix', { shape: ['3', '2'] }],
    ['more values than the limit', 'file-oversized', { shape: [2 ** 20, 2 ** 20] }],
    ['a shape that its tensors do not have', 'file-tensor', { shape: [4, 2] }],
  ])('a matrix with %s', async (_, code, changes) => {
    await refused(fileWith(changes)).toMatchObject({ code });
  });

  it.each<[what: string, code: string, edit: (stored: Record<string, StoredEntry>) => unknown]>([
    ['no object', 'file-header', () => []],
    ['a matrix that is no object', 'file-header', (stored) => ({ ...stored, first: 7 })],
    ['a tensor name that is no string', 'file-tensor', (stored) => withTensor(stored, 'row', 7)],
    ['a tensor that is not there', 'file-tensor', (stored) => withTensor(stored, 'row', 'first/none')],
    ['a tensor of the prototype', 'file-tensor', (stored) => withTensor(stored, 'row', 'constructor')],
    ['a tensor used twice', 'file-tensor', (stored) => withTensor(stored, 'row', 'second/kernel/row')],
    ['tensors that belong to no matrix', 'file-header', ({ first }) => ({ first })],
  ])('a list of matrices with %s', async (_, code, edit) => {
    const file = fileWithMetadata((metadata) => ({
      ...metadata,
      'gcompress.matrices': JSON.stringify(edit(JSON.parse(metadata['gcompress.matrices']))),
    }));
    await refused(await withRightChecksum(file)).toMatchObject({ code });
  });

  it('a list of matrices that is no JSON or missing', async () => {
    const broken = fileWithMetadata((metadata) => ({ ...metadata, 'gcompress.matrices': '{' }));
    await refused(await withRightChecksum(broken)).toMatchObject({
      code: 'file-header',
      cause: expect.any(SyntaxError),
    });
    const missing = fileWithMetadata(({ 'gcompress.matrices': _, ...metadata }) => metadata);
    await refused(await withRightChecksum(missing)).toMatchObject({ code: 'file-header' });
  });
});

interface StoredEntry {
  readonly tensors: Readonly<Record<string, unknown>>;
}

function withTensor(stored: Record<string, StoredEntry>, tensor: string, fileName: unknown): unknown {
  return { ...stored, first: { ...stored.first, tensors: { ...stored.first.tensors, [tensor]: fileName } } };
}
