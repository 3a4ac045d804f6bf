// Moments of the inputs for the compressions of a training.
import { createRandom, type InputMoments, isGCompressError, type MatrixCompressor } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import { uniform } from '@gcompress/uniform';
import { beforeAll, expect, it } from 'vitest';
import { TfCompressionOp } from '../../src/index.ts';
import {
  type CompressModelOptions,
  compressedLayers,
  compressModel,
  type MomentsSource,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, train } from '../networks.ts';
import { valuesOf, variableOf } from '../operators.ts';

beforeAll(async () => {
  await useTestBackend();
});

const method = lowRank({ rank: 3 });
const schedule = linearAlpha({ begin: 1, end: 4, frequency: 1 });
const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

/** Moments of `size` inputs of which a few are much larger than the others. */
function momentsOf(size: number): InputMoments {
  const random = createRandom(size);
  const values = new Float64Array(size * size);
  for (let row = 0; row < 4 * size; row++) {
    const x = Array.from({ length: size }, (_, i) => random.normal() * (i % 5 === 0 ? 10 : 0.1));
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) values[i * size + j] += x[i] * x[j];
  }
  return { size, count: 4 * size, values };
}

const both = new Map([
  ['fc1/kernel', momentsOf(12)],
  ['fc2/kernel', momentsOf(16)],
]);

/** A network with two compressed layers. */
function compressed(inputMoments?: MomentsSource, more: Partial<CompressModelOptions> = {}) {
  const result = compressModel(smallNetwork(), {
    ...{ method, schedule, minWeights: 150, ...more },
    ...(inputMoments && { inputMoments }),
  });
  compile(result.model, 'sgd');
  return result;
}

/** Factors that each matrix has right after it is compressed, before any training of the factors. */
async function splits(inputMoments?: MomentsSource) {
  const { model, callback } = compressed(inputMoments);
  const ops = compressedLayers(model).flatMap((layer) => layer.ops);
  await callback.onTrainBegin();
  await callback.onBatchEnd();
  await callback.onBatchEnd();
  const found = ops.map((op) => ({ name: op.name, decompressed: op.toCompressedMatrixSync().decompress() }));
  await callback.onTrainEnd();
  model.dispose();
  return found;
}

it('compresses with the moments of each matrix, by the name of its weight', async () => {
  const dense = smallNetwork();
  for (const { name, decompressed } of await splits(both)) {
    const [layer] = name.split('/');
    const kernel = valuesOf(dense.getLayer(layer).weights[0].read());
    const weights = { shape: [kernel.shape[0], kernel.shape[1]] as const, data: kernel.data };
    const inputMoments = both.get(name);
    expect(inputMoments).toBeDefined();
    const expected = method.compress(weights, inputMoments && { inputMoments }).decompress().data;
    expect(decompressed.data).toEqual(expected);
    expect(decompressed.data).not.toEqual(method.compress(weights).decompress().data);
  }
});

it('compresses a matrix without moments as before', async () => {
  const plain = await splits();
  const first = await splits(new Map([['fc1/kernel', momentsOf(12)]]));
  expect(first[0]).not.toEqual(plain[0]);
  expect(first[1]).toEqual(plain[1]);
});

it('gathers moments only when a matrix is about to be compressed, once for all that are', async () => {
  const steps: number[] = [];
  let step = 0;
  const twice = linearAlpha({ begin: 1, end: 7, frequency: 2, refactorEvery: 2 });
  const gather = async () => {
    steps.push(step);
    return both;
  };
  const { model, callback } = compressed(gather, { schedule: twice });
  const compressions: number[] = [];
  const [op] = compressedLayers(model)[0].ops;
  await callback.onTrainBegin();
  for (; step < 10; step++) {
    if (op.nextUpdate(step).compresses) compressions.push(step);
    await callback.onBatchEnd();
  }
  await callback.onTrainEnd();
  expect(compressions.length).toBeGreaterThan(1);
  expect(steps).toEqual(compressions);
  model.dispose();
});

it('leaves methods without moments alone', async () => {
  const data = classes();
  const rules = [{ name: 'fc1' }, { name: 'fc2', method: simhash({ bits: 4, allowLarger: true }) }];
  const { model, callback } = compressed(both, { rules });
  await train(model, data, 2, [callback]);
  for (const { ops } of compressedLayers(model)) for (const op of ops) expect(op.alpha).toBe(0);
  data.dispose();
  model.dispose();
});

it('fails before anything changes if what it gathers does not fit', async () => {
  const { model, callback } = compressed(async () => new Map([['fc1/kernel', momentsOf(9)]]));
  const [{ ops }] = compressedLayers(model);
  await callback.onTrainBegin();
  await callback.onBatchEnd();
  await expect(callback.onBatchEnd()).rejects.toThrow(code('shape-mismatch'));
  expect([ops[0].alpha, ops[0].state.steps]).toEqual([1, 1]);
  await callback.onTrainEnd();
  model.dispose();
});

const sized: MatrixCompressor = uniform({ lambda: 1e-3 });
const pack = async () => ({ bytes: new Uint8Array(9) });
it.each<[string, () => unknown, string]>([
  ['moments of other inputs', () => compressed(new Map([['fc1/kernel', momentsOf(9)]])), 'shape-mismatch'],
  ['moments of other weights', () => compressed(new Map([['out/kernel', momentsOf(16)]])), 'invalid-option'],
  ['a plain object', () => compressed({} as never), 'invalid-option'],
  ['moments that no method uses', () => compressed(both, { method: simhash({ bits: 4 }) }), 'invalid-option'],
  ['moments beside a target', () => compressed(both, { method: sized, targetRatio: 2, pack }), 'invalid-option'],
])('refuses %s', (_, call, expected) => {
  expect(call).toThrow(code(expected));
});

it('an operator takes moments in a loop of its own, and refuses those that its method does not use', async () => {
  const kernel = valuesOf(smallNetwork().getLayer('fc1').weights[0].read());
  const weights = { shape: [12, 16] as const, data: kernel.data };
  const variable = variableOf(weights);
  const inputMoments = momentsOf(12);
  const at0 = linearAlpha({ begin: 0, end: 3, frequency: 1 });
  const op = new TfCompressionOp(variable, { compressor: method, schedule: at0 });
  expect(await op.runUpdateStep(0, { inputMoments })).toBe('compressed');
  const expected = method.compress(weights, { inputMoments });
  expect(op.toCompressedMatrixSync().decompress().data).toEqual(expected.decompress().data);
  op.dispose();
  const other = new TfCompressionOp(variable, { compressor: simhash({ bits: 4 }), schedule: at0 });
  await expect(other.runUpdateStep(0, { inputMoments })).rejects.toThrow(code('unsupported'));
  other.dispose();
  variable.dispose();
});
