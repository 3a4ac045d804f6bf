// gcompress eval: scores by labels, and the original beside the model.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import { beforeAll, describe, expect, it } from 'vitest';
import { agreement, score } from '../src/compare/score.ts';
import type { PlainArray } from '../src/inputs/plain-array.ts';
import { gcompress, graphModel, json, layersModel, newFolder, writeModel } from './models.ts';

const floats = (shape: number[], ...values: number[]): PlainArray => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(values),
});
const ids = (shape: number[], ...values: number[]): PlainArray => ({
  shape,
  dtype: 'int32',
  data: Int32Array.from(values),
});

describe('a score', () => {
  const outputs = floats([3, 2], 0.9, 0.1, 0.2, 0.8, 0.6, 0.4);

  it('is the accuracy where labels are classes', () => {
    const expected = { examples: 3, metric: 'accuracy', value: 2 / 3 };
    expect(score(outputs, ids([3], 0, 1, 1), 'y')).toEqual(expected);
    expect(score(outputs, floats([3, 1], 0, 1, 1), 'y')).toEqual(expected);
    expect(score(outputs, floats([3, 2], 1, 0, 0, 1, 0, 1), 'y')).toEqual(expected);
  });

  it('is the mean squared error where they are values', () => {
    const { metric, value } = score(outputs, floats([3, 2], 1, 0.1, 0.2, 0.8, 0.6, 0.2), 'y');
    expect(metric).toBe('meanSquaredError');
    expect(value).toBeCloseTo((0.01 + 0.04) / 6, 7);
    expect(score(floats([2, 1], 1, 2), ids([2], 1, 4), 'y')).toEqual({
      examples: 2,
      metric: 'meanSquaredError',
      value: 2,
    });
  });

  it('is refused for labels that do not fit', () => {
    expect(() => score(outputs, ids([2], 0, 1), 'y')).toThrow('y: expected 3 labels, got 2');
    expect(() => score(outputs, ids([3], 0, 1, 2), 'y')).toThrow('y: expected classes from 0 to 1, got 2');
    expect(() => score(outputs, ids([3], 0, 1, -1), 'y')).toThrow('got -1');
    expect(() => score(outputs, floats([3, 3], 0, 0, 0, 0, 0, 0, 0, 0, 0), 'y')).toThrow('got [3, 3]');
  });

  it('comes with the agreement of two models', () => {
    expect(agreement(outputs, floats([3, 2], 0.6, 0.4, 0.9, 0.1, 0.6, 0.4))).toBeCloseTo(2 / 3, 12);
  });
});

describe('the verb', () => {
  const cwd = newFolder();
  const evaluated = (...args: string[]) => gcompress(cwd, 'eval', ...args, '--backend', 'cpu');

  beforeAll(async () => {
    writeModel(join(cwd, 'model'), layersModel());
    writeModel(join(cwd, 'graph'), graphModel());
    const { bytes } = await pack(layersModel(), { method: uniform({ bits: 1 }) });
    writeFileSync(join(cwd, 'small.gcm'), bytes);
    const random = createRandom(5);
    const inputs = Array.from({ length: 50 }, () => Array.from({ length: 12 }, () => random.normal()));
    writeFileSync(join(cwd, 'x.json'), JSON.stringify(inputs));
    const labels = Array.from({ length: 50 }, (_, i) => i % 4);
    writeFileSync(join(cwd, 'y.json'), JSON.stringify(labels));
  });

  it('gives the same score for any batch size', async () => {
    const files = ['--inputs', 'x.json', '--labels', 'y.json', '--json'];
    const scores = await Promise.all(
      ['1', '7', '64'].map(async (size) => json(await evaluated('model', ...files, '--batch-size', size)).value),
    );
    expect(new Set(scores).size).toBe(1);
    expect(scores[0]).toBeGreaterThan(0);
    expect(scores[0] * 50).toBeCloseTo(Math.round(scores[0] * 50), 9);
  });

  it('scores the original beside the model', async () => {
    const files = ['--inputs', 'x.json', '--labels', 'y.json', '--against', 'model'];
    const { value, original, drop, agreement: agreed } = json(await evaluated('small.gcm', ...files, '--json'));
    expect(drop).toBeCloseTo(100 * (original.value - value), 10);
    expect(agreed).toBeGreaterThan(0.25);
    expect(agreed).toBeLessThan(1);
    const self = json(await evaluated('model', ...files, '--json'));
    expect(self).toMatchObject({ drop: 0, agreement: 1 });
    const { stdout } = await evaluated('small.gcm', ...files);
    expect(stdout).toMatch(/^model +[\d.,]+ k?B +\d+\.\d\d %$/m);
    expect(stdout).toMatch(/both give the same class for \d+\.\d\d % of the examples/);
  });

  it('names inputs and labels that do not fit, with code 3', async () => {
    const graph = await evaluated('graph', '--inputs', 'x.json', '--labels', 'y.json');
    expect(graph).toMatchObject({ code: 3, stderr: expect.stringContaining("the shape [any, 16] for input 'x'") });
    writeFileSync(join(cwd, 'few.json'), '[0, 1]');
    const few = await evaluated('model', '--inputs', 'x.json', '--labels', 'few.json');
    expect(few).toMatchObject({ code: 3, stderr: "error: 'few.json': expected 50 labels, got 2.\n" });
  });
});
