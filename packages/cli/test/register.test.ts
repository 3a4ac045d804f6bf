// Models with custom layers run once a module registers the classes of these layers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gcompress, json, layersModel, newFolder, writeModel } from './models.ts';

const cwd = newFolder();
const run = (...args: string[]) => gcompress(cwd, ...args, '--backend', 'cpu');

/** The small network with a layer between that doubles what it gets. */
function withCustomLayer(): io.ModelArtifacts {
  const artifacts = layersModel();
  const topology = structuredClone(artifacts.modelTopology) as {
    model_config: { config: { layers: unknown[] } };
  };
  topology.model_config.config.layers.splice(1, 0, { class_name: 'Doubling', config: { name: 'double' } });
  return { ...artifacts, modelTopology: topology };
}

beforeAll(() => {
  writeModel(join(cwd, 'model'), withCustomLayer());
  const module = `export default (tf) => {
    class Doubling extends tf.layers.Layer {
      static className = 'Doubling';
      call(inputs) { return tf.mul(Array.isArray(inputs) ? inputs[0] : inputs, 2); }
    }
    tf.serialization.registerClass(Doubling);
  };`;
  writeFileSync(join(cwd, 'doubling.mjs'), module);
  writeFileSync(join(cwd, 'broken.mjs'), 'export default () => { throw new Error("no such layer"); };');
});

// Classes stay registered in a process: what needs them missing comes first
it('names the option where a class is missing', async () => {
  const refused = await run('diff', 'model', 'model');
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toContain('Register its class with --register MODULE.');
});

it.each([
  ['nothing.mjs', 'Cannot find module'],
  ['broken.mjs', 'no such layer'],
])('refuses %s, with the reason', async (name, reason) => {
  const refused = await run('diff', 'model', 'model', '--register', name);
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toMatch(new RegExp(`^error: '${name}': expected a module that registers layers`));
  expect(refused.stderr).toContain(reason);
});

describe('with the module', () => {
  const register = ['--register', 'doubling.mjs'];

  it('answers are compared, and differ from those without the layer', async () => {
    writeModel(join(cwd, 'plain'), layersModel());
    expect(json(await run('diff', 'model', 'model', ...register, '--json')).outputs[0]).toMatchObject({ agrees: true });
    const { outputs } = json(await run('diff', 'plain', 'model', ...register, '--json'));
    expect(outputs[0].largestDifference).toBeGreaterThan(0.01);
  });

  it('files are made with probes, checked, evaluated and reported', async () => {
    const packed = await run('pack', 'model', '--out', 'small.gcm', '--probes', '1', ...register);
    expect(packed.code).toBe(0);
    const limits = ['--against', 'model', '--max-difference', '0.5', ...register];
    expect((await run('check', 'small.gcm', ...limits)).code).toBe(0);
    writeFileSync(join(cwd, 'x.json'), JSON.stringify([Array(12).fill(0.5), Array(12).fill(-0.5)]));
    writeFileSync(join(cwd, 'y.json'), '[0, 1]');
    const scored = await run('eval', 'small.gcm', '--inputs', 'x.json', '--labels', 'y.json', ...register, '--json');
    expect(json(scored).examples).toBe(2);
    const { evaluation } = json(await run('report', 'model', 'small.gcm', '--inputs', 'x.json', ...register, '--json'));
    expect(evaluation.inputs).toBe(2);
  });

  it('compress calibrates on inputs', async () => {
    const made = await run(
      'compress',
      'model',
      '--max-bytes',
      '2kB',
      '--out',
      'c.gcm',
      '--inputs',
      'x.json',
      ...register,
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
  });
});
