import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkCompressor, type SkipReasons, type TestRunner, testCompressor } from '../src/index.ts';
import { quantizer } from './toys/column-quantizer.ts';

const subject = { create: () => quantizer({ steps: 2 }), fuzzRuns: 1 };

/** A runner that keeps what it is given. */
function recorder() {
  const groups: string[] = [];
  const tests: { title: string; body: () => Promise<void>; timeout: number | undefined }[] = [];
  const skipped: string[] = [];
  const runner: TestRunner = {
    describe(name, body) {
      groups.push(name);
      body();
    },
    it: Object.assign(
      (title: string, body: () => Promise<void>, timeout?: number) => tests.push({ title, body, timeout }),
      { skip: (title: string) => skipped.push(title) },
    ),
  };
  return { runner, groups, tests, skipped };
}

describe('testCompressor', () => {
  it('makes a group of each chapter and a test of each check, which claims name', () => {
    const { runner, groups, tests } = recorder();
    const claims = { neverWorseThanZero: true, minSignalToNoise: { zero: 3 } };
    testCompressor({ runner, name: 'quantizer', ...subject, claims });
    expect(groups).toEqual([
      'quantizer',
      'contract',
      'calls',
      'matrices',
      'algebra',
      'storage',
      'damaged files',
      'algebra, read back from a file',
      'storage, read back from a file',
      'claims',
    ]);
    expect(tests.map(({ title }) => title)).toEqual(
      expect.arrayContaining([
        'factors match the plan',
        'compresses one-outlier',
        'neverWorseThanZero: the relative error is at most 1',
        "minSignalToNoise 'zero': a signal-to-noise ratio of at least 3 dB",
      ]),
    );
    expect(new Set(tests.map(({ timeout }) => timeout))).toEqual(new Set([60_000]));
  });

  it('does nothing before a test runs', () => {
    const { runner } = recorder();
    const create = () => {
      throw new Error('called while registering');
    };
    expect(() => testCompressor({ runner, create })).not.toThrow();
  });

  it('shows a skipped check with its reason, in both places where it stands', () => {
    const { runner, skipped, tests } = recorder();
    const skip = { 'lookup agrees with decompress': 'rows are never looked up' };
    testCompressor({ runner, ...subject, skip });
    const title = 'lookup agrees with decompress (skipped: rows are never looked up)';
    expect(skipped).toEqual([title, title]);
    expect(tests.map((test) => test.title)).not.toContain('lookup agrees with decompress');
  });

  it.each<[what: string, code: string, skip: SkipReasons]>([
    ['without a reason', 'invalid-option', { 'options are JSON': '' }],
    ['with spaces for a reason', 'invalid-option', { 'options are JSON': '  ' }],
    ['of a check that does not exist', 'unknown-option', { 'options are nice': 'they are not' }],
    ['of a claim that is not made', 'unknown-option', { scaleEquivariant: 'not claimed' }],
  ])('refuses a skip %s', async (_, code, skip) => {
    const refused = expect.objectContaining({ code });
    expect(() => testCompressor({ runner: recorder().runner, ...subject, skip })).toThrow(refused);
    await expect(checkCompressor({ ...subject, skip })).rejects.toEqual(refused);
  });

  it('refuses a signal-to-noise claim on a matrix that it does not have', () => {
    const claims = { minSignalToNoise: { 'my-matrix': 10 } };
    const register = () => testCompressor({ runner: recorder().runner, ...subject, claims });
    expect(register).toThrow("got 'my-matrix'. Give the matrix under `matrices`.");
  });

  it('runs in node:test', async () => {
    const suite = fileURLToPath(new URL('toys/node-test-suite.ts', import.meta.url));
    const args = ['--import', 'tsx', '--test', '--test-reporter=tap', suite];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const count = (outcome: string) => Number(stdout.match(new RegExp(`^# ${outcome} (\\d+)$`, 'm'))?.[1]);
    expect(count('fail')).toBe(0);
    // Of lookup, product and codec, which the quantizer lacks, each twice, of grid and sharing; and those that the
    // suite skips itself
    expect(count('skipped')).toBe(8);
    expect(count('pass')).toBeGreaterThan(50);
  });
});

describe('checkCompressor', () => {
  it('reports every check, with remarks on refused shapes and skips', async () => {
    const skip = { 'options are JSON': 'they hold functions' };
    const create = ([rows]: readonly [number, number]) => quantizer({ steps: rows === 1 ? 0 : 2 });
    const results = await checkCompressor({ create, fuzzRuns: 1, skip });
    const lacking = results.filter(({ outcome }) => outcome === 'not applicable');
    expect([...new Set(lacking.map(({ name, remark }) => `${name}: ${remark}`))]).toEqual([
      'lookup agrees with decompress: the format has no lookup',
      'the named product is the matrix: the format has no product',
      'grid names a factor of multiples, to which the matrix is proportional: the format has no grid',
      'sharing names factors and how often they are used: the format has no sharing',
      'the codec takes entropy coding off and puts it on again, bit for bit: the format has no codec',
    ]);
    expect(results.filter((result) => result.remark !== undefined && !lacking.includes(result))).toEqual([
      { chapter: 'contract', name: 'options are JSON', outcome: 'skipped', remark: 'they hold functions' },
      { chapter: 'matrices', name: 'compresses one-row', outcome: 'passed', remark: 'refused with invalid-option' },
      { chapter: 'matrices', name: 'compresses one-entry', outcome: 'passed', remark: 'refused with invalid-option' },
    ]);
  });

  it('gives the reason if nothing could be compressed', async () => {
    const create = () => {
      throw new Error('out of order');
    };
    const results = await checkCompressor({ create });
    expect(results.find(({ name }) => name === 'factors match the plan')?.remark).toContain(
      'no sample could be compressed: Error: out of order',
    );
  });
});
