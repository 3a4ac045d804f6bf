// What packed layers hold between calls: packed bits instead of entropy-coded bytes, decoded once, and saved as they were stored.
import {
  type CompressedFormat,
  cpuOps,
  createRandom,
  floatFactor,
  indexFactor,
  type MatrixCompressor,
  matrix,
  type PackedMatrix,
  type Shape2D,
  stack,
} from '@gcompress/core';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import { dictionaryForm, prunedForm, type StoredMatrix } from '@gcompress/fixtures/stored-matrices';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { prunedFormat } from '@gcompress/pruning/format';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { executionReport, PackedLayer, type Preference, registerCompressedLayers } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { loadArtifacts, savedArtifacts } from '../networks.ts';

const SHAPE: Shape2D = [60, 50];

beforeAll(async () => {
  await useTestBackend();
});

/** 16 levels, of which the first is used by most entries of some rows. */
function unevenLevels(seed = 1): StoredMatrix {
  const random = createRandom(seed);
  const [rows, cols] = SHAPE;
  const encoding = Int32Array.from({ length: rows * cols }, (_, at) =>
    random.uniform() < (Math.floor(at / cols) % 4) / 8 ? random.integer(16) : 0,
  );
  const form = { shape: SHAPE, config: { blockSize: 1, levels: 16, groupRows: rows, groupBlocks: cols } };
  const codebook = floatFactor(
    [16, 1],
    Float32Array.from({ length: 16 }, () => random.normal()),
  );
  const tensors = kMeansFormat.pack({ ...form, factors: { codebook, encoding: indexFactor([rows, cols], encoding) } });
  const packed = { ...form, format: 'kmeans', version: kMeansFormat.version, tensors };
  return { format: kMeansFormat as unknown as CompressedFormat, packed };
}

/** A matrix that a method compresses, most of whose entries are 0 in some rows. */
async function compressedBy(method: Pick<MatrixCompressor, 'compress'>): Promise<StoredMatrix> {
  const random = createRandom(3);
  const [rows, cols] = SHAPE;
  const data = Float32Array.from({ length: rows * cols }, (_, at) =>
    random.uniform() < (Math.floor(at / cols) % 4) / 8 ? random.normal() : 0,
  );
  const compressed = await method.compress(matrix(SHAPE, data));
  return { format: compressed.format as CompressedFormat, packed: compressed.pack() };
}

const dictionary = dictionaryForm(dictLearnFormat, { length: 25, atoms: 40, most: 2, masked: false });
const MATRICES: readonly (readonly [string, StoredMatrix])[] = [
  ['k-means', unevenLevels()],
  ['dictionary', dictionary(SHAPE, 1)],
  ['pruned, a twentieth kept', prunedForm(prunedFormat, 0.05)(SHAPE, 1)],
  ['pruned, half kept', prunedForm(prunedFormat, 0.5)(SHAPE, 1)],
  ['uniform levels', await compressedBy(uniform({ bits: 4 }))],
  [
    'a codebook of uniform levels',
    await compressedBy(
      stack(kMeans, { codebook: uniform })({ outer: { levels: 32, blockSize: 2 }, inner: { codebook: { bits: 6 } } }),
    ),
  ],
];

/** Whether the entropy coder made any of the tensors. */
function isCoded({ codec }: Pick<CompressedFormat, 'codec'>, packed: PackedMatrix): boolean {
  const { tensors } = codec?.decode(packed) ?? packed;
  return Object.entries(tensors).some(([name, tensor]) => tensor !== packed.tensors[name]);
}

it('all of these matrices but one are entropy-coded', () => {
  const packedOnly = MATRICES.filter(([, { format, packed }]) => !isCoded(format, packed)).map(([name]) => name);
  expect(packedOnly).toEqual(['pruned, a twentieth kept']);
});

/** The format, and how often it has decoded entropy-coded tensors. */
function counting(format: CompressedFormat) {
  const count = { decoded: 0 };
  const seen = (packed: PackedMatrix) => {
    if (isCoded(format, packed)) count.decoded++;
  };
  const { codec } = format;
  const counted: CompressedFormat = {
    ...format,
    unpack(packed, limits) {
      seen(packed);
      return format.unpack(packed, limits);
    },
    ...(codec && {
      codec: {
        ...codec,
        decode(packed: PackedMatrix) {
          seen(packed);
          return codec.decode(packed);
        },
      },
    }),
  };
  return { counted, count };
}

function packedModel(format: CompressedFormat, packed: PackedMatrix, prefer: Preference = 'memory'): tf.Sequential {
  const layer = tf.layers.dense({ units: SHAPE[1], useBias: false, inputShape: [SHAPE[0]] });
  return tf.sequential({
    layers: [new PackedLayer({ layer, prefer, matrices: [{ name: 'kernel', format, packed }] })],
  });
}

function call(model: tf.LayersModel): ArrayLike<number> {
  return tf.tidy(() => (model.predict(tf.ones([1, SHAPE[0]])) as tf.Tensor).dataSync().slice());
}

const bytesOf = (artifacts: tf.io.ModelArtifacts) => new Uint8Array(artifacts.weightData as ArrayBuffer);
const wordBytes = ({ tensors }: PackedMatrix) =>
  Object.values(tensors).reduce((sum, { data }) => sum + 4 * Math.ceil(data.byteLength / 4), 0);

describe.each(MATRICES)('%s, for memory', (_, { format, packed }) => {
  it('the entropy decoder runs once for a loaded layer, and not at all while a model is saved and loaded', async () => {
    const { counted, count } = counting(format);
    registerCompressedLayers([Object.assign(() => {}, { format: counted, method: format.id }) as never]);
    const made = packedModel(counted, packed);
    const loaded = await loadArtifacts(await savedArtifacts(made));
    expect(count.decoded).toBe(0);
    const expected = call(made);
    for (let i = 0; i < 3; i++) expect(call(loaded)).toEqual(expected);
    expect(count.decoded).toBe(isCoded(format, packed) ? 2 : 0);
    made.dispose();
    loaded.dispose();
  });

  it('between calls a layer holds packed bits instead of the coded bytes, and the report counts them', () => {
    const before = tf.memory();
    const model = packedModel(format, packed);
    call(model);
    const decoded = format.codec?.decode(packed) as PackedMatrix;
    expect(tf.memory().numBytes - before.numBytes).toBe(wordBytes(decoded));
    expect(executionReport(model)).toEqual([
      expect.objectContaining({
        execution: 'dense',
        storedBytes: wordBytes(packed),
        heldBytes: wordBytes(decoded),
        callBytes: 4 * SHAPE[0] * SHAPE[1],
      }),
    ]);
    model.dispose();
    expect(tf.memory().numBytes).toBe(before.numBytes);
    expect(tf.memory().numTensors).toBe(before.numTensors);
  });

  it('saves the bytes that were stored, also after calls, and holds no more after the next call', async () => {
    const model = packedModel(format, packed);
    const stored = bytesOf(await savedArtifacts(model));
    const expected = call(model);
    const { numBytes } = tf.memory();
    for (let i = 0; i < 2; i++) expect(bytesOf(await savedArtifacts(model))).toEqual(stored);
    expect(call(model)).toEqual(expected);
    expect(tf.memory().numBytes).toBe(numBytes);
    model.dispose();
  });

  it('computes with the dense matrix', () => {
    const model = packedModel(format, packed);
    const [rows, cols] = SHAPE;
    const { data } = format.reconstruct(cpuOps, format.unpack(packed), packed);
    const actual = call(model);
    for (let col = 0; col < cols; col++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += data[row * cols + col];
      expect(actual[col]).toBeCloseTo(sum, 3);
    }
    model.dispose();
  });
});

it('weights that are written after a call take effect, all of them or one', () => {
  const { format, packed } = unevenLevels();
  const [first, second] = [packedModel(format, packed), packedModel(format, packed)];
  const before = call(first);
  const stored = first.getWeights().map((weight) => weight.dataSync().slice());
  const [codebook] = first.layers[0].weights.filter(({ name }) => name.includes('codebook'));
  const halved = tf.tidy(() => codebook.read().div(2));
  call(first);
  codebook.write(halved);
  expect(Array.from(call(first), (value) => 2 * value)).toEqual(Array.from(before));
  expect(call(second)).toEqual(before);
  const tensors = stored.map((values) =>
    tf.tensor1d(values as Float32Array, values instanceof Int32Array ? 'int32' : 'float32'),
  );
  first.setWeights(tensors);
  expect(call(first)).toEqual(before);
  tf.dispose([halved, tensors]);
  first.dispose();
  second.dispose();
});

it('a layer for speed keeps the stored bytes as they are beside the dense matrix', () => {
  const { format, packed } = unevenLevels();
  const model = packedModel(format, packed, 'speed');
  call(model);
  expect(executionReport(model)[0].heldBytes).toBe(wordBytes(packed) + 4 * SHAPE[0] * SHAPE[1]);
  model.dispose();
});

it('a codec that cannot restore the stored bytes leaves them where they are', async () => {
  const { format, packed } = unevenLevels();
  const foreign: CompressedFormat = { ...format, codec: { decode: () => undefined, encode: () => ({}) } };
  const model = packedModel(foreign, packed);
  const stored = bytesOf(await savedArtifacts(model));
  call(model);
  expect(executionReport(model)[0].heldBytes).toBe(wordBytes(packed));
  expect(bytesOf(await savedArtifacts(model))).toEqual(stored);
  model.dispose();
});

it('a damaged stream throws at each call, and leaves the stored bytes and no tensor', () => {
  const { format, packed } = unevenLevels();
  const coded = packed.tensors['coded-encoding'];
  const damaged = {
    ...packed.tensors,
    'coded-encoding': { ...coded, data: Uint8Array.from(coded.data).fill(9, 0, 1) },
  };
  const model = packedModel(format, { ...packed, tensors: damaged });
  const { numTensors } = tf.memory();
  for (let i = 0; i < 2; i++) {
    expect(() => call(model)).toThrow(expect.objectContaining({ code: 'unknown-codec' }));
    expect(tf.memory().numTensors).toBe(numTensors);
  }
  model.dispose();
});
