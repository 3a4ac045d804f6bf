import { isGCompressError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce, linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useTestBackend } from '../../tfjs/test/backend.ts';
import { everyMethod } from '../../tfjs/test/methods.ts';
import { fourSteps, levels, variableOf } from '../../tfjs/test/operators.ts';
import { ApplyCompression } from '../src/index.ts';

const common = { compressor: lowRank({ rank: 2 }), schedule: fourSteps };
const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

let first: tf.Variable;
let second: tf.Variable;
let tensorsBefore = 0;

beforeEach(async () => {
  await useTestBackend();
  first = variableOf(normalMatrix([8, 6], 1), 'first');
  second = variableOf(normalMatrix([10, 12], 2), 'second');
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors, 'tensors left behind').toBe(tensorsBefore);
  tf.dispose([first, second]);
});

it('gives each matrix the common compressor and schedule, or its own', async () => {
  const apply = new ApplyCompression(common);
  const own = { compressor: levels({ count: 4 }), schedule: compressAtOnce({ begin: 1 }), name: 'mine' };
  const [plain, special] = [apply.applyCompression(first), apply.applyCompression(second, own)];
  expect(apply.ops).toEqual([plain, special]);
  expect([plain.name, special.name]).toEqual(['first', 'mine']);
  expect([plain.compressor.method, special.compressor.method]).toEqual(['lowrank', 'test/levels']);

  expect(await apply.runUpdateStep(0)).toEqual(['compressed', 'idle']);
  expect(await apply.runUpdateStep(1)).toEqual(['decayed', 'compressed']);
  expect(await apply.runUpdateStep(2)).toEqual(['decayed', 'idle']);
  expect([plain.alpha, special.alpha]).toEqual([0.25, 0]);
  apply.dispose();
});

it('op() returns the operator of a name', () => {
  const apply = new ApplyCompression(common);
  expect(() => apply.op('first')).toThrow("expected applyCompression to be called before, got 'first'");
  const [plain, named] = [apply.applyCompression(first), apply.applyCompression(second, { name: 'mine' })];
  expect([apply.op('first'), apply.op('mine')]).toEqual([plain, named]);
  expect(() => apply.op('second')).toThrow(code('unknown-option'));
  expect(() => apply.op('second')).toThrow("expected an operator among first, mine, got 'second'");
  apply.dispose();
});

it('counts the bytes of all matrices and of their factors', async () => {
  const apply = new ApplyCompression(common);
  apply.applyCompression(first, { compressor: lowRank({ energy: 0.5 }) });
  apply.applyCompression(second, { compressor: levels({ count: 4 }) });
  const uncompressed = (8 * 6 + 10 * 12) * 4;
  const ofLevels = 10 * 12 + 4 * 4;
  expect(await apply.byteLengths()).toEqual({ uncompressed, compressed: 3 * 14 * 4 + ofLevels });
  await apply.runUpdateStep(0);
  const used = lowRank({ energy: 0.5 }).compress(normalMatrix([8, 6], 1)).byteLength;
  expect(used).toBeLessThan(3 * 14 * 4);
  expect(await apply.byteLengths()).toEqual({ uncompressed, compressed: used + ofLevels });
  apply.dispose();
});

it.each(everyMethod)('plans no fewer bytes than are written: %s', async (_, compressor) => {
  const apply = new ApplyCompression({ ...common, compressor });
  const matrix = variableOf(normalMatrix([80, 40], 5), 'large');
  const op = apply.applyCompression(matrix);
  const planned = (await apply.byteLengths()).compressed;
  await apply.runUpdateStep(0);
  const { uncompressed, compressed } = await apply.byteLengths();
  expect(uncompressed).toBe(80 * 40 * 4);
  expect(compressed).toBe((await op.toCompressedMatrix()).byteLength);
  expect(compressed).toBeLessThanOrEqual(planned);
  // Rank by energy is planned at the largest that is smaller than the matrix
  expect(planned).toBeLessThan(Math.max(uncompressed, 1.1 * compressed));
  apply.dispose();
  matrix.dispose();
});

it('a staggered schedule delays each matrix by its own number of steps', () => {
  const schedule = linearAlpha({ begin: 10, end: 50, frequency: 10, stagger: { maxSteps: 1000 } });
  const apply = new ApplyCompression({ ...common, schedule });
  const begins = [first, second].map((variable) => apply.applyCompression(variable).schedule.config.begin);
  expect(begins).toEqual(['first', 'second'].map((name) => schedule.forLayer(name).config.begin));
  expect(begins[0]).not.toBe(begins[1]);
  const named = apply.applyCompression(first, { name: 'third' });
  expect(named.schedule.config).toEqual(schedule.forLayer('third').config);
  apply.dispose();
});

it('refuses a matrix that is added twice or cannot be compressed', () => {
  const apply = new ApplyCompression(common);
  apply.applyCompression(first);
  expect(() => apply.applyCompression(first)).toThrow(code('already-compressed'));
  expect(() => apply.applyCompression(second, { compressor: lowRank({ rank: 6 }) })).toThrow(code('not-smaller'));
  expect(apply.ops.length).toBe(1);
  apply.dispose();
  apply.dispose();
});
