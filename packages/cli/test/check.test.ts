// gcompress check: passes and fails where it should, by options and by configuration.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseBudgets } from '../src/budgets/read-budgets.ts';
import { outputsFor } from '../src/compare/run-examples.ts';
import { givenInputs } from '../src/inputs/given-inputs.ts';
import { openModel } from '../src/models/open-model.ts';
import { startRunning } from '../src/models/run-model.ts';
import { gcompress, json, layersModel, newFolder, writeModel } from './models.ts';

const cwd = newFolder();
const check = (...args: string[]) => gcompress(cwd, 'check', ...args, '--backend', 'cpu');
let size: number;

beforeAll(async () => {
  writeModel(join(cwd, 'model'), layersModel());
  writeFileSync(join(cwd, 'good.gcm'), (await pack(layersModel(), { method: uniform({ bits: 8 }) })).bytes);
  // A planted regression: weights of one bit
  writeFileSync(join(cwd, 'bad.gcm'), (await pack(layersModel(), { method: uniform({ bits: 0.5 }) })).bytes);
  size = statSync(join(cwd, 'good.gcm')).size;
  const inputs = Array.from({ length: 40 }, (_, i) => Array.from({ length: 12 }, (__, j) => Math.sin(i * 12 + j * j)));
  writeFileSync(join(cwd, 'x.json'), JSON.stringify(inputs));
  writeFileSync(join(cwd, 'y.json'), JSON.stringify(await originalClasses()));
});

/** Classes as the original gives them, so that its accuracy is 1. */
async function originalClasses(): Promise<number[]> {
  await startRunning({ backend: 'cpu' }, { cwd });
  const quiet = { cwd, env: {}, stdout: { write: () => {} }, stderr: { write: () => {} } };
  const examples = { inputs: await givenInputs('x.json', {}, quiet), batchSize: 40 };
  const { data } = await outputsFor(await openModel('model', { cwd }), examples);
  return Array.from({ length: 40 }, (_, i) => {
    const row = [...data.subarray(4 * i, 4 * i + 4)];
    return row.indexOf(Math.max(...row));
  });
}

it('ends with 0 for as many bytes as the file has, and with 1 for one fewer', async () => {
  const kept = await check('good.gcm', '--max-bytes', `${size}`, '--json');
  expect(kept.code).toBe(0);
  expect(json(kept)).toEqual({
    ok: true,
    checks: [{ model: 'good.gcm', measure: 'bytes', value: size, limit: size, exceeded: false }],
  });
  const exceeded = await check('good.gcm', '--max-bytes', `${size - 1}`);
  expect(exceeded).toMatchObject({ code: 1, stderr: '' });
  expect(exceeded.stdout).toContain('EXCEEDED');
});

it('passes the good file and fails the planted regression, by difference and by drop', async () => {
  const limits = ['--against', 'model', '--max-difference', '0.05', '--max-drop', '2.5'];
  const files = ['--inputs', 'x.json', '--labels', 'y.json'];
  const good = await check('good.gcm', ...limits, ...files, '--json');
  expect(json(good)).toMatchObject({ ok: true, checks: [{ measure: 'difference' }, { measure: 'drop' }] });
  expect(good.code).toBe(0);
  const bad = await check('bad.gcm', ...limits, ...files, '--json');
  expect(bad.code).toBe(1);
  expect(json(bad).checks.map(({ exceeded }: { exceeded: boolean }) => exceeded)).toEqual([true, true]);
});

describe('budgets come from', () => {
  const limits = {
    budgets: [
      { model: '../good.gcm', maxBytes: '100kB' },
      { model: '../bad.gcm', maxBytes: 5 },
    ],
  };
  const at = (name: string, content: unknown) => {
    mkdirSync(join(cwd, name), { recursive: true });
    return (file: string) => writeFileSync(join(cwd, name, file), JSON.stringify(content));
  };

  it.each([
    ['package.json', { gcompress: limits }, []],
    ['gcompress.json', limits, []],
    ['other.json', limits, ['--config', 'other.json']],
  ])('%s, with paths relative to it', async (file, content, args) => {
    at(`in-${file}`, content)(file);
    const outcome = await gcompress(join(cwd, `in-${file}`), 'check', ...args, '--json');
    expect(outcome.code).toBe(1);
    expect(json(outcome).checks).toMatchObject([
      { model: '../good.gcm', limit: 100_000, exceeded: false },
      { model: '../bad.gcm', limit: 5, exceeded: true },
    ]);
  });

  it('no other place, so that their absence is an error', async () => {
    at('without', { name: 'x' })('package.json');
    const codes = await Promise.all([
      gcompress(newFolder(), 'check'),
      gcompress(join(cwd, 'without'), 'check'),
      check('--max-bytes', '1MB'),
      check('good.gcm'),
      check('good.gcm', '--max-difference', '0.1'),
      check('good.gcm', '--against', 'model', '--max-drop', '1'),
      check('good.gcm', '--config', 'x.json'),
    ]);
    expect(codes.map(({ code, stdout }) => ({ code, stdout }))).toEqual(codes.map(() => ({ code: 2, stdout: '' })));
  });
});

it('reads what the published schema allows, and refuses what it does not', () => {
  const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../schema/budgets.json'), 'utf8'));
  const isValid = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  const isRead = (content: unknown) => {
    try {
      parseBudgets(content, 'test');
      return true;
    } catch {
      return false;
    }
  };
  const budget = (more: object) => ({ budgets: [{ model: 'm', ...more }] });
  const compared = { against: 'o', inputs: 'x.npy', labels: 'y.npy' };
  const allowed = [
    budget({ maxBytes: 1 }),
    budget({ maxBytes: '1MB' }),
    budget({ maxBytes: '1.5 MiB' }),
    budget({ maxBytes: '100' }),
    budget({ maxDifference: 0.05, against: 'o' }),
    budget({ maxDrop: 0.5, ...compared }),
    budget({ maxDifference: 1, against: 'o', inputs: 'photos', preprocess: '-1..1', imageSize: 64, maxUnreadable: 0 }),
    budget({ maxDifference: 1, against: 'o', register: 'layers.mjs' }),
    { $schema: './schema.json', ...budget({ maxBytes: 1, maxDrop: 100, ...compared }) },
  ];
  const refused = [
    {},
    [],
    null,
    { budgets: [] },
    { budgets: {} },
    { budgets: [{ maxBytes: 1 }] },
    { budgets: ['m'] },
    budget({}),
    budget({ maxBytes: 0 }),
    budget({ maxBytes: 1.5 }),
    budget({ maxBytes: '1 byte' }),
    budget({ maxBytes: 'MB' }),
    budget({ maxbytes: 1 }),
    budget({ maxDifference: 0.05 }),
    budget({ maxDifference: -1, against: 'o' }),
    budget({ maxDrop: 0.5, against: 'o' }),
    budget({ maxDrop: 101, ...compared }),
    budget({ maxBytes: 1, against: 3 }),
    budget({ maxBytes: 1, preprocess: 'vgg' }),
    budget({ maxBytes: 1, imageSize: 0 }),
    budget({ maxBytes: 1, maxUnreadable: 1.5 }),
    budget({ maxBytes: 1, register: 1 }),
    { ...budget({ maxBytes: 1 }), more: 1 },
  ];
  for (const content of allowed)
    expect([isValid(content), isRead(content)], JSON.stringify(content)).toEqual([true, true]);
  for (const content of refused)
    expect([isValid(content), isRead(content)], JSON.stringify(content)).toEqual([false, false]);
});
