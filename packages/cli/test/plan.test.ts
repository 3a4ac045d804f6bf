// gcompress plan, and compress --max-drop and --method: what is planned is what is measured.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { pack } from '@gcompress/packed';
import { packedFile } from '@gcompress/packed/node';
import { compressNow, planModel } from '@gcompress/post-training';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { gcompress, graphModel, json, layersModel, newFolder, writeModel } from './models.ts';

let cwd: string;
beforeEach(() => {
  cwd = newFolder();
  writeModel(join(cwd, 'model'), layersModel());
  const random = createRandom(3);
  const inputs = Array.from({ length: 200 }, () => Array.from({ length: 12 }, () => random.normal()));
  writeFileSync(join(cwd, 'x.json'), JSON.stringify(inputs));
});
const INPUTS = ['--inputs', 'x.json', '--backend', 'cpu'];
const read = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
const plan = (...args: string[]) => gcompress(cwd, 'plan', 'model', ...args);
const compress = (...args: string[]) => gcompress(cwd, 'compress', 'model', '--out', 'small.gcm', ...args);

describe('plan', () => {
  it('prints what planModel() plans', async () => {
    const printed = json(await plan('--max-bytes', '1300', '--json'));
    const planned = await planModel(layersModel(), { limits: { packed: 1300 } });
    expect(printed.plan).toMatchObject({ ...planned.plan?.sizes, error: planned.plan?.error, gap: 0 });
    expect(printed.curve.map(({ packed }: { packed: number }) => packed)).toEqual(
      planned.curve.map(({ sizes }) => sizes.packed),
    );
    expect(printed.plan.weights.map(({ name, method }: Record<string, string>) => [name, method])).toEqual([
      ['hidden/kernel', 'uniform'],
    ]);
  });

  it('prints the forms, the curve and how sure it is, as tables', async () => {
    const { stdout } = await plan('--max-bytes', '1300');
    expect(stdout).toMatch(/weight +method +options +packed/);
    expect(stdout).toMatch(/hidden\/kernel +uniform +bytes=\d+/);
    expect(stdout).toMatch(/▇+ .*← plan/);
    expect(stdout).toContain('evaluated on all values');
    expect(stdout).toMatch(/plan: about [\d,]+ B, .* smaller than model; expected error/);
    const curve = await plan('--markdown');
    expect(curve.stdout).toMatch(/^\| packed \|/m);
    expect(curve.stdout).toContain('Without a limit, only the curve is made');
  });

  it('expects the time from products that are measured once, and says how sure it is', async () => {
    const args = ['--max-time', '1s', '--candidate', 'uniform', '--candidate', 'lowrank', '--cache', 'kept'];
    const first = json(await plan(...args, '--json'));
    const { time, timeRange, weights } = first.plan;
    expect(first.limits).toEqual({ time: 1000 });
    expect(timeRange[0]).toBeLessThanOrEqual(time);
    expect(timeRange[1]).toBeGreaterThanOrEqual(time);
    // The uncompressed model takes what was measured
    expect(first.curve.at(-1).time).toBeCloseTo(first.originalTime, 9);
    expect(weights[0].time).toBeGreaterThan(0);
    expect(first.timeTable.forms.dense.length).toBeGreaterThan(10);
    expect(first.timeTable.backend).toMatch(/^wasm, TensorFlow\.js \d/);
    const again = json(await plan(...args, '--json'));
    expect(again.timeTable).toEqual(first.timeTable);
    const { stdout } = await plan(...args);
    expect(stdout).toMatch(/^time: about [\d.e-]+ ms \([\d.e-]+ to [\d.e-]+ ms\) .*from 15 products measured on wasm/m);
    const short = await plan('--max-time', '0.001us', '--cache', 'kept');
    expect(short).toMatchObject({ code: 1, stderr: expect.stringContaining('createPlan time: expected at least') });
  });

  it('refuses what is no time', async () => {
    for (const time of ['5', '0ms', '-1ms', '5 minutes', '1constructor']) {
      const refused = await plan('--max-time', time);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Give a time such as 5ms') });
    }
  });

  it('expects drops where there are inputs', async () => {
    const { plan: planned, measure, curve } = json(await plan('--max-drop', '5', ...INPUTS, '--json'));
    expect(measure).toBe('agreement');
    expect(planned.drop).toBeLessThanOrEqual(5 + 1e-9);
    expect(curve[0].drop).toBeGreaterThan(5);
    const error = json(await plan('--max-drop', '5', '--measure', 'error', ...INPUTS, '--json'));
    expect(error.plan.drop).toBeLessThanOrEqual(5 + 1e-9);
    expect(error.plan.drop).toBeCloseTo(100 * Math.sqrt(error.plan.error), 9);
  });

  it('keeps limits on memory and multiply-adds with products', async () => {
    writeModel(join(cwd, 'graph'), graphModel());
    const args = ['--max-memory', '1kB', '--max-multiply-adds', '250', '--candidate', 'lowrank', '--min-elements', '1'];
    const printed = json(await gcompress(cwd, 'plan', 'graph', ...args, '--backend', 'cpu', '--json'));
    expect(printed.plan.memory).toBeLessThanOrEqual(1000);
    expect(printed.plan.multiplyAdds).toBeLessThanOrEqual(250);
    expect(printed.plan.weights[0].method).toBe('lowrank');
  });

  it('keeps its evaluations in a folder', async () => {
    const first = await plan('--max-bytes', '1300', '--cache', 'plans', '--json');
    const files = readdirSync(join(cwd, 'plans'));
    expect(files.length).toBeGreaterThan(3);
    expect(await plan('--max-bytes', '1300', '--cache', 'plans', '--json')).toEqual(first);
    expect(readdirSync(join(cwd, 'plans'))).toEqual(files);
  });

  it.each([
    [['--max-bytes', '10B'], 1, /^error: createPlan packed: expected at least \d+,/],
    [['--max-drop', '1'], 2, /^error: plan --max-drop: expected --inputs/],
    [['--candidate', 'nothing'], 2, /Give one of uniform/],
    [['--candidate', 'kmeans:levels'], 2, /key=value/],
    [['--candidate', 'kmeans:level=4'], 2, /level/],
  ])('refuses %j with code %d', async (args, code, message) => {
    const failed = await plan(...args);
    expect(failed).toMatchObject({ code, stdout: '' });
    expect(failed.stderr).toMatch(message);
  });
});

describe('compress --max-drop', () => {
  it('writes the smallest file of the curve whose measured drop is within the limit', async () => {
    const printed = json(await compress('--max-drop', '4', ...INPUTS, '--json'));
    expect(printed).toMatchObject({
      measure: 'agreement',
      maxDrop: 4,
      examples: { calibration: 100, measurement: 100 },
    });
    expect(printed.drop).toBeLessThanOrEqual(4);
    expect(printed.bytes).toBe(read('small.gcm').length);
    for (const { packed, drop } of printed.measurements) {
      if (packed < printed.bytes * 0.97) expect(drop).toBeGreaterThan(4);
    }
    // Measured again, on the file and on the examples that were set aside
    await tf.setBackend('cpu');
    const all: number[][] = JSON.parse(readFileSync(join(cwd, 'x.json'), 'utf8'));
    const examples = tf.tensor2d(all.filter((_, i) => i % 2 === 1));
    const [original, small] = [
      await tf.loadLayersModel({ load: async () => layersModel() }),
      await tf.loadLayersModel(packedFile(join(cwd, 'small.gcm'))),
    ];
    const places = [original, small].map((model) => tf.argMax(model.predict(examples) as tf.Tensor, 1).dataSync());
    const changed = [...places[0]].filter((place, i) => place !== places[1][i]).length;
    expect(printed.drop).toBeCloseTo(changed, 9);
    tf.dispose(examples);
  });

  it('measures the error of the outputs too, and says what was measured', async () => {
    const { stdout } = await compress('--max-drop', '3', '--measure', 'error', ...INPUTS);
    expect(stdout).toContain('Calibrated on 100 examples of x.json, measured on the 100 others.');
    const [, drop] = /; ([\d.]+) % relative error of the outputs, of at most 3 %/.exec(stdout) ?? [];
    expect(Number(drop)).toBeGreaterThan(1);
    expect(Number(drop)).toBeLessThanOrEqual(3);
    expect(stdout).toMatch(/about [\d,]+ B: expected [\d.]+ %, measured [\d.]+ %/);
  });

  it('names the least drop where none is within the limit, with code 1, and writes nothing', async () => {
    const args = ['--max-drop', '0.0001', '--measure', 'error', '--candidate', 'kmeans:levels=2', '--rest', 'uint8'];
    const { code, stdout, stderr } = await compress(...args, ...INPUTS);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: searchCurve drop: expected at least 0\.\d+, the least that was measured/);
    expect(readdirSync(cwd).sort()).toEqual(['model', 'x.json']);
  });
});

describe('compress --method', () => {
  it('writes what compressNow() and pack() make by this method', async () => {
    const printed = json(await compress('--method', 'kmeans:levels=4', '--json'));
    const { artifacts, matrices, report } = await compressNow(layersModel(), { method: kMeans({ levels: 4 }) });
    expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
    expect(printed).toMatchObject({ weights: report.weights, bytes: read('small.gcm').length });
    expect(printed.maxBytes).toBeUndefined();
  });

  it.each([
    [[], 'expected one of --max-bytes, --max-drop and --method, got none of them'],
    [['--method', 'kmeans:levels=4', '--max-bytes', '2kB'], 'got --max-bytes and --method'],
    [['--method', 'kmeans:levels=4', '--max-drop', '2'], 'got several of them'],
    [['--method', 'kmeans:levels=4', '--candidate', 'uniform'], 'expected a size or a loss'],
    [['--max-drop', '2'], 'expected --inputs, on which the loss is measured'],
  ])('refuses %j', async (args, message) => {
    const failed = await compress(...args);
    expect(failed).toMatchObject({ code: 2, stdout: '' });
    expect(failed.stderr).toContain(message);
  });
});
