// gcompress diff: errors of weights, bytes and answers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import { beforeAll, expect, it } from 'vitest';
import { gcompress, graphModel, json, layersModel, newFolder, writeModel } from './models.ts';

const cwd = newFolder();
beforeAll(async () => {
  writeModel(join(cwd, 'model'), layersModel());
  writeModel(join(cwd, 'other'), layersModel(2));
  writeModel(join(cwd, 'graph'), graphModel());
  writeFileSync(join(cwd, 'small.gcm'), (await pack(layersModel())).bytes);
  writeFileSync(join(cwd, 'graph.gcm'), (await pack(graphModel(), { method: uniform({ bits: 8 }) })).bytes);
});
const diff = (...args: string[]) => gcompress(cwd, 'diff', ...args, '--backend', 'cpu');

it('gives the errors that the report of pack has', async () => {
  const { weights } = json(await diff('model', 'small.gcm', '--no-answers', '--json'));
  const { report } = await pack(layersModel());
  expect(weights.map(({ name }: { name: string }) => name)).toEqual(report.weights.map(({ name }) => name));
  for (const [i, { relativeError, maxError }] of report.weights.entries()) {
    expect(weights[i].relativeError).toBeCloseTo(relativeError, 6);
    expect(weights[i].maxError).toBeCloseTo(maxError, 6);
  }
});

it('finds no difference between a model and itself', async () => {
  const { stdout } = await diff('model', 'model');
  expect(stdout).toMatch(/^4 weights are equal\./);
  expect(stdout).toMatch(/differs by at most 0, 0\.00 %/);
});

it('asks both models the same seeded input', async () => {
  const { outputs } = json(await diff('graph', 'graph.gcm', '--json', '--seed', '3'));
  expect(outputs).toHaveLength(1);
  const [{ largestDifference, largestValue, relativeDifference }] = outputs;
  expect(largestDifference).toBeGreaterThan(0);
  expect(relativeDifference).toBe(largestDifference / largestValue);
  expect(relativeDifference).toBeLessThan(0.05);
  const again = json(await diff('graph', 'graph.gcm', '--json', '--seed', '4'));
  expect(again.outputs[0].largestDifference).not.toBe(largestDifference);
});

it('asks with the inputs of a file', async () => {
  const rows = [Array.from({ length: 16 }, () => 1), Array.from({ length: 16 }, (_, i) => i / 16)];
  writeFileSync(join(cwd, 'inputs.json'), JSON.stringify(rows));
  const [whole, first] = await Promise.all(
    [rows, rows.slice(0, 1)].map(async (inputs, i) => {
      writeFileSync(join(cwd, `inputs-${i}.json`), JSON.stringify(inputs));
      const { outputs } = json(await diff('graph', 'graph.gcm', '--inputs', `inputs-${i}.json`, '--json'));
      return outputs[0].largestDifference;
    }),
  );
  expect(whole).toBeGreaterThanOrEqual(first);
  writeFileSync(join(cwd, 'wrong.json'), JSON.stringify([[1, 2, 3]]));
  const { code, stderr } = await diff('graph', 'graph.gcm', '--inputs', 'wrong.json');
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: "error: 'wrong.json': expected the shape [any, 16] for input 'x', got [1, 3].\n",
  });
});

it('lists weights of one model alone, and says that models of other inputs cannot be compared', async () => {
  const { code, stdout } = await diff('model', 'graph', '--no-answers');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^hidden\/kernel .* → – +only in the first model/m);
  expect(stdout).toMatch(/^kernel .* – → .*only in the second model/m);
  const asked = await diff('model', 'graph');
  expect(asked).toMatchObject({ code: 3, stderr: expect.stringMatching(/^error: 'graph': [^\n]+\n$/) });
});

it('reports a large difference for models with other weights', async () => {
  const { weights } = json(await diff('model', 'other', '--no-answers', '--json'));
  expect(weights[0].relativeError).toBeGreaterThan(1);
});
