// Inputs from modules: tensors and plain arrays, batch by batch, and what is refused.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@gcompress/core';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { moduleInputs } from '../src/inputs/module-inputs.ts';
import { type RunnableModel, startRunning } from '../src/models/run-model.ts';
import { gcompress, graphModel, json, layersModel, newFolder, writeModel } from './models.ts';

const cwd = newFolder();
let modules = 0;

/** Writes a module under a name of its own, because Node keeps the modules that it has loaded. */
function moduleOf(text: string): string {
  const name = `inputs-${++modules}.mjs`;
  writeFileSync(join(cwd, name), text);
  return name;
}

const surroundings = { cwd, env: {}, stdout: { write: () => {} }, stderr: { write: () => {} } };
const model = (...inputs: readonly (readonly [string, readonly (number | null)[], string])[]) =>
  ({ inputs: inputs.map(([name, shape, dtype]) => ({ name, shape, dtype })) }) as unknown as RunnableModel;
const PAIRS = model(['x', [null, 2], 'float32']);
const read = async (text: string, asked = PAIRS) => (await moduleInputs(moduleOf(text), surroundings)).forModel(asked);

beforeAll(() => startRunning({ backend: 'cpu' }, surroundings));

describe('batches', () => {
  const expected = [{ shape: [3, 2], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) }];

  it.each([
    ['an array', 'export default [{ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }, { shape: [1, 2], data: [] }]'],
    ['a generator function', 'export default function* () { yield* [FIRST, SECOND]; }'],
    ['an asynchronous generator', 'export default (async function* () { yield* [FIRST, SECOND]; })()'],
    ['a promise of an iterable', 'export default async () => new Set([FIRST, SECOND])'],
    ['tensors', 'export default (tf) => [tf.tensor([[1, 2], [3, 4]]), tf.tensor([[5, 6]])]'],
    ['records', 'export default function* (tf) { yield { x: FIRST }; yield { x: SECOND }; }'],
    ['lists for each input', 'export default [[FIRST], [SECOND]]'],
    ['float64', 'export default [FIRST, SECOND].map(({ shape, data }) => ({ shape, data: Float64Array.from(data) }))'],
    ['integers', 'export default [FIRST, SECOND].map(({ shape, data }) => ({ shape, data: Uint8Array.from(data) }))'],
  ])('are joined: %s', async (kind, text) => {
    const first = '{ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }';
    const second = '{ shape: [1, 2], data: Float32Array.of(5, 6) }';
    const full = text.replace('data: []', 'data: Float32Array.of(5, 6)');
    const tensors = memory().numTensors;
    expect(await read(full.replaceAll('FIRST', first).replaceAll('SECOND', second)), kind).toEqual(expected);
    expect(memory().numTensors).toBe(tensors);
  });

  it('are copied, so that a module may fill one array again and again', async () => {
    const text =
      'const data = new Float32Array(2); export default function* () { for (const x of [1, 2]) { data.fill(x); yield { shape: [1, 2], data }; } }';
    expect((await read(text))[0].data).toEqual(Float32Array.of(1, 1, 2, 2));
  });

  it('are read once for several models, and counted in words', async () => {
    const name = moduleOf('let runs = 0; export default () => [{ shape: [1, 2], data: Float32Array.of(++runs, 0) }]');
    const inputs = await moduleInputs(name, surroundings);
    expect(inputs.description()).toBe(name);
    expect(await inputs.forModel(PAIRS)).toEqual(await inputs.forModel(PAIRS));
    expect(inputs.description()).toBe(`1 example from ${name}, unchanged`);
  });

  it('go to the inputs by name, in the types of the inputs', async () => {
    const asked = model(['x', [null, 2], 'float32'], ['ids', [null], 'int32'], ['mask', [null], 'bool']);
    const text = `export default (tf) => [{
      mask: tf.tensor([true, false], [2], 'bool'), ids: { shape: [2], data: Float32Array.of(7, 9) }, x: tf.ones([2, 2], 'int32'),
    }]`;
    expect(await read(text, asked)).toEqual([
      { shape: [2, 2], dtype: 'float32', data: Float32Array.of(1, 1, 1, 1) },
      { shape: [2], dtype: 'int32', data: Int32Array.of(7, 9) },
      { shape: [2], dtype: 'bool', data: Uint8Array.of(1, 0) },
    ]);
  });
});

describe('refused', () => {
  const MODULE = 'a module whose default export is an iterable of batches';
  const BATCHES = 'batches that are tensors or { shape, data }';

  it.each([
    [
      'a module that throws',
      'throw new Error("no data today")',
      `${MODULE}, or a function that returns one, got no data today`,
    ],
    ['no default export', 'export const inputs = []', `${MODULE}, or a function that returns one, got undefined`],
    ['a tensor by itself', 'export default { shape: [1, 2], data: new Float32Array(2) }', 'export default [batch]'],
    ['a function of something else', 'export default () => 7', `${MODULE}, or a function that returns one, got 7`],
    ['a generator that throws', 'export default function* () { throw new Error("lost") }', 'got lost'],
    ['no batch', 'export default []', 'at least one batch, got none'],
    [
      'text',
      'export default ["hello"]',
      `${BATCHES}, arrays of them, or records by the name of the input, got 'hello'`,
    ],
    ['a list of numbers', 'export default [[1, 2]]', BATCHES],
    ['an empty record', 'export default [{}]', BATCHES],
    ['64-bit integers', 'export default [{ shape: [1, 2], data: new BigInt64Array(2) }]', BATCHES],
    [
      'unsigned integers that do not fit',
      'export default [{ shape: [1, 2], data: Uint32Array.of(1, 2 ** 31) }]',
      'integers that int32 holds, got 2147483648',
    ],
    [
      'strings',
      'export default (tf) => [tf.tensor(["a", "b"], [1, 2])]',
      'tensors of float32, int32 or bool, got string',
    ],
    [
      'disposed tensors',
      'export default (tf) => { const x = tf.ones([1, 2]); x.dispose(); return [x]; }',
      'a tensor that can be read, got Tensor is disposed',
    ],
    ['scalars', 'export default (tf) => [tf.scalar(1)]', 'a shape that starts with the number of examples, got []'],
    [
      'too few values',
      'export default [{ shape: [2, 2], data: new Float32Array(3) }]',
      '4 values, as the shape [2, 2] says, got 3',
    ],
    ['another shape', 'export default (tf) => [tf.ones([1, 3])]', "the shape [any, 2] for input 'x', got [1, 3]"],
    [
      'a batch of another shape',
      'export default (tf) => [tf.ones([1, 2]), tf.ones([1, 3])]',
      'batches like the first one, float32 [examples, 2], got float32 [examples, 3]',
    ],
    [
      'a batch of another type',
      'export default (tf) => [tf.ones([1, 2]), tf.ones([1, 2], "int32")]',
      'got int32 [examples, 2]',
    ],
    ['another name', 'export default (tf) => [{ y: tf.ones([1, 2]) }]', "batches with 'x', got 'y'"],
    [
      'too many inputs',
      'export default (tf) => [[tf.ones([1, 2]), tf.ones([1, 2])]]',
      '1 arrays, one for each input, got 2',
    ],
    [
      'NaN',
      'export default [{ shape: [1, 2], data: Float32Array.of(1, NaN) }]',
      "input 'x': expected numbers, got NaN at position 1",
    ],
  ])('%s', async (_, text, message) => {
    const tensors = memory().numTensors;
    await expect(read(text)).rejects.toMatchObject({ code: 'file-read', message: expect.stringContaining(message) });
    expect(memory().numTensors).toBe(tensors);
  });

  it.each([
    ['int32', '0.5', 'values of int32, got 0.5 at position 0'],
    ['bool', '2', 'values of bool, got 2 at position 0'],
  ])('values that %s cannot hold', async (dtype, value, message) => {
    const text = `export default [{ shape: [1], data: Float32Array.of(${value}) }]`;
    await expect(read(text, model(['x', [null], dtype]))).rejects.toThrow(message);
  });
});

describe('verbs', () => {
  const VALUES = `const values = ${JSON.stringify(values(40 * 12))};`;
  const BATCHES = `${VALUES} export default function* (tf) { for (let at = 0; at < 40; at += 8) yield tf.tensor2d(values.slice(12 * at, 12 * (at + 8)), [8, 12]); }`;
  const run = (...args: string[]) => gcompress(cwd, ...args, '--backend', 'cpu');

  beforeAll(() => {
    writeModel(join(cwd, 'model'), layersModel());
    writeModel(join(cwd, 'graph'), graphModel());
    const rows = values(40 * 12);
    writeFileSync(
      join(cwd, 'x.json'),
      JSON.stringify(Array.from({ length: 40 }, (_, i) => rows.slice(12 * i, 12 * i + 12))),
    );
    writeFileSync(join(cwd, 'y.json'), JSON.stringify(Array.from({ length: 40 }, (_, i) => i % 4)));
  });

  it('get from a module what they get from a file', async () => {
    const name = moduleOf(BATCHES);
    const scored = (inputs: string) => run('eval', 'model', '--inputs', inputs, '--labels', 'y.json', '--json');
    const [own, file] = [json(await scored(name)), json(await scored('x.json'))];
    expect(own).toEqual({ ...file, inputs: `40 examples from ${name}, unchanged` });
    const compressed = (inputs: string) =>
      run('compress', 'model', '--method', 'uniform:bits=3', '--out', 'a.gcm', '--inputs', inputs, '--json');
    const [made, other] = [await compressed(name), await compressed('x.json')];
    expect(json(made)).toEqual({ ...json(other), inputs: `40 examples from ${name}, unchanged` });
  });

  it('give graph models records by name', async () => {
    const name = moduleOf('export default [{ x: { shape: [2, 16], data: new Float32Array(32).fill(0.5) } }]');
    expect(json(await run('diff', 'graph', 'graph', '--inputs', name, '--json')).outputs[0]).toMatchObject({
      agrees: true,
    });
  });

  it('end with code 3 and one line where a module cannot be used, and with code 2 beside options for images', async () => {
    const broken = moduleOf('export default 5');
    const labelled = ['--labels', 'y.json'];
    const refused = await run('eval', 'model', '--inputs', broken, ...labelled);
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(/^error: 'inputs-\d+\.mjs': expected a module .*\n$/);
    expect(await run('eval', 'model', '--inputs', 'none.mjs', ...labelled)).toMatchObject({ code: 3, stdout: '' });
    const mixed = await run('eval', 'model', '--inputs', broken, ...labelled, '--preprocess', '0..1');
    expect(mixed).toMatchObject({ code: 2, stderr: expect.stringContaining('a folder of images in --inputs') });
  });
});

function values(count: number): number[] {
  const random = createRandom(3);
  return Array.from({ length: count }, () => Math.fround(random.normal()));
}
