import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../src/command.ts';

const PACKAGE = resolve(import.meta.dirname, '..');
const { devDependencies } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));

/** Runs a command in a new, empty folder. */
function run(...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'create-compressor-'));
  return { ...runIn(cwd, ...args), cwd };
}

function runIn(cwd: string, ...args: string[]) {
  return runCommand(args, { cwd, template: join(PACKAGE, 'template'), version: '1.2.3', versions: devDependencies });
}

const files = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

it('writes a package and says what comes next', () => {
  const { code, text, cwd } = run('tensor-train');
  expect(code).toBe(0);
  expect(text).toContain('cd gcompress-tensor-train\n  npm install\n  npm test\n');
  const folder = join(cwd, 'gcompress-tensor-train');
  expect(files(folder)).toEqual([
    '.gitignore',
    'README.md',
    'package.json',
    'src',
    'src/format.ts',
    'src/index.ts',
    'src/tensor-train.ts',
    'test',
    'test/conformance.test.ts',
    'test/training.test.ts',
    'tsconfig.build.json',
    'tsconfig.json',
  ]);
  const texts = files(folder)
    .filter((path) => path.includes('.'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
  for (const text of texts) expect(text).not.toMatch(/my-?method/i);
  const {
    name,
    dependencies,
    devDependencies: others,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  expect(name).toBe('gcompress-tensor-train');
  expect({ ...dependencies, ...others }).toEqual(devDependencies);
  expect(readFileSync(join(folder, 'src/index.ts'), 'utf8')).toContain('type TensorTrainOptions, tensorTrain }');
  expect(readFileSync(join(folder, 'src/format.ts'), 'utf8')).toContain("id: 'gcompress-tensor-train/tensor-train'");
});

it('takes a scope for the package and the format, and a folder', () => {
  const { code, cwd } = run('@acme/gcompress-tt', '--folder', 'here/it/is');
  expect(code).toBe(0);
  const folder = join(cwd, 'here/it/is');
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name).toBe('@acme/gcompress-tt');
  expect(readFileSync(join(folder, 'src/format.ts'), 'utf8')).toContain("id: 'acme/tt'");
});

it('leaves a folder alone that is not empty', () => {
  const { cwd } = run('--version');
  mkdirSync(join(cwd, 'gcompress-tt'));
  writeFileSync(join(cwd, 'gcompress-tt/notes.txt'), 'mine');
  const { code, text } = runIn(cwd, 'tt');
  expect(code).toBe(1);
  expect(text).toContain("is not empty: it holds 'notes.txt'");
  expect(files(join(cwd, 'gcompress-tt'))).toEqual(['notes.txt']);
});

it('fills a folder that is empty', () => {
  expect(run('tt', '--folder', '.')).toMatchObject({ code: 0 });
});

it('fills a folder that holds only .git, and leaves that alone', () => {
  const { cwd } = run('--version');
  mkdirSync(join(cwd, '.git'));
  writeFileSync(join(cwd, '.git/HEAD'), 'ref: refs/heads/main');
  expect(runIn(cwd, 'tt', '--folder', '.')).toMatchObject({ code: 0 });
  expect(readFileSync(join(cwd, '.git/HEAD'), 'utf8')).toBe('ref: refs/heads/main');
  expect(files(cwd)).toContain('package.json');
});

it('shows usage and version', () => {
  expect(run('--help')).toMatchObject({ code: 0, text: expect.stringContaining('Usage: npm create') });
  expect(run('-v')).toMatchObject({ code: 0, text: '1.2.3\n' });
});

it.each([
  [[], 'a name is missing'],
  [['one', 'two'], "there is also 'two'"],
  [['--colour'], "Unknown option '--colour'"],
  [['tt', '--folder'], '--folder'],
  [['Tensor'], "'Tensor' is no name for a method"],
  [['../tt'], "'../tt' is no name"],
  [['tt-'], "'tt-' is no name"],
  [['gcompress-'], "'gcompress-' is no name"],
  [['new'], "'new' is no name"],
  [['a'.repeat(210)], 'is no name'],
])('refuses %j with code 2 and writes nothing', (args, message) => {
  const { code, text, cwd } = run(...args);
  expect(code).toBe(2);
  expect(text).toContain(message);
  expect(text).toContain('Usage:');
  expect(files(cwd)).toEqual([]);
});
