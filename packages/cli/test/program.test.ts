// The program as a whole: help, mistakes, colours, completion, and processes as users start them.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runMain } from '@gcompress/example-program/run-main';
import { describe, expect, it } from 'vitest';
import { run } from '../src/program/run.ts';
import { gcompress, graphModel, json, layersModel, newFolder, writeModel } from './models.ts';

const MAIN = new URL('../src/cli.ts', import.meta.url);
const VERBS = [
  'inspect',
  'plan',
  'compress',
  'pack',
  'unpack',
  'diff',
  'check',
  'eval',
  'report',
  'sweep',
  'completion',
];

describe('help', () => {
  it('lists every verb and every exit code', async () => {
    const { code, stdout, stderr } = await gcompress('/', '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^  ${verb} .+`, 'm'));
    for (const exit of [0, 1, 2, 3, 4, 5, 130]) expect(stdout).toMatch(new RegExp(`^  ${exit}  \\S`, 'm'));
  });

  it.each(VERBS)('of %s has examples', async (verb) => {
    const { code, stdout } = await gcompress('/', verb, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\n(.*\\b)?.*gcompress ${verb}`));
    expect((await gcompress('/', 'help', verb)).stdout).toBe(stdout);
  });

  it('is what a program without a verb prints, with code 2', async () => {
    const { code, stdout, stderr } = await gcompress('/');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: gcompress');
  });

  it('has a version beside it', async () => {
    expect(await gcompress('/', '--version')).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('a mistake ends with code 2 and the nearest name', () => {
  it.each([
    [['inspcet', 'x'], "unknown command 'inspcet' (Did you mean inspect?)"],
    [['pack', 'x', '--out', 'y', '--methd', 'kmeans'], '(Did you mean --method?)'],
    [['pack', 'x'], "required option '--out <file>' not specified"],
    [['pack', 'x', '--out', 'y', '--method', 'zip'], 'Allowed choices are uniform, kmeans, lowrank'],
    [['pack', 'x', '--out', 'y', '--bits', '-1'], 'Give a number above 0.'],
    [['pack', 'x', '--out', 'y', '--sparsity', '2'], 'Give a number above 0 and at most 1.'],
    [['pack', 'x', '--out', 'y', '--options', '[]'], 'Give a JSON object'],
    [['unpack', 'x', '--out', 'y', '--shard-bytes', 'many'], 'Give a size such as'],
    [['inspect', 'x', '--json', '--markdown'], "'--json' cannot be used with option '--markdown'"],
    [['inspect'], "missing required argument 'model'"],
    [['inspect', 'x', 'y'], 'too many arguments'],
    [['check', 'x', '--max-drop', '101'], 'Give a number of at least 0 and at most 100.'],
    [['completion', 'sh'], 'Allowed choices are bash, zsh, fish'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await gcompress('/', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });

  it('also where a method does not have the option', async () => {
    const cwd = newFolder();
    writeModel(join(cwd, 'model'), layersModel());
    const refused = await gcompress(cwd, 'pack', 'model', '--out', 'x.gcm', '--method', 'kmeans', '--rank', '3');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^error: kMeans: expected [^\n]+\n$/);
    expect(readdirSync(cwd)).toEqual(['model']);
  });
});

it('colours errors on a terminal, unless NO_COLOR is set', async () => {
  const printed = async (isTTY: boolean, env: Record<string, string>) => {
    let text = '';
    const output = { isTTY, write: (more: string) => (text += more) };
    await run(['inspect', 'nothing'], '1.2.3', { cwd: '/', env, stdout: output, stderr: output });
    return text;
  };
  const escapeCode = String.fromCharCode(27);
  expect(await printed(true, {})).toContain(`${escapeCode}[31merror:`);
  expect(await printed(true, { NO_COLOR: '1' })).not.toContain(escapeCode);
  expect(await printed(false, {})).not.toContain(escapeCode);
});

describe('completion', () => {
  it('completes verbs, options and values in bash', async () => {
    const { stdout } = await gcompress('/', 'completion', 'bash');
    const complete = (...words: string[]) =>
      execFileSync(
        'bash',
        [
          '-c',
          `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gcompress; echo "\${COMPREPLY[@]}"`,
          '-',
          'gcompress',
          ...words,
        ],
        { encoding: 'utf8' },
      ).trim();
    expect(complete('')).toBe(`${VERBS.join(' ')} help --help --version`);
    expect(complete('un')).toBe('unpack');
    expect(complete('pack', '--m')).toBe('--method --min-elements --max-file-bytes --markdown');
    expect(complete('pack', 'x', '--method', 'pr')).toBe('pruned pruned-kmeans');
    expect(complete('completion', 'z')).toBe('zsh');
    expect(complete('compress', '--no')).toBe('--noise');
    expect(complete('compress', '--se')).toBe('--sequential');
    expect(complete('compress', '--di')).toBe('--distill');
    expect(complete('pack', 'mod')).toBe('');
  });

  it.each(['zsh', 'fish'])('names every verb and option for %s', async (shell) => {
    const { stdout } = await gcompress('/', 'completion', shell);
    for (const verb of VERBS) expect(stdout).toContain(verb);
    for (const option of ['max-drop', 'noise', 'sequential', 'distill', 'shard-bytes', 'no-answers', 'keep'])
      expect(stdout).toContain(option);
  });
});

describe('a process', () => {
  const tsx = pathToFileURL(createRequire(import.meta.resolve('@gcompress/example-program')).resolve('tsx')).href;

  it('prints its result to one stream and its error to the other, with the code', async () => {
    const cwd = newFolder();
    writeModel(join(cwd, 'graph'), graphModel());
    const done = await runMain(MAIN, ['check', join(cwd, 'graph'), '--max-bytes', '1kB', '--json']);
    expect(done).toMatchObject({ code: 1, stderr: '' });
    expect(json(done as never)).toMatchObject({ ok: false });
    const failed = await runMain(MAIN, ['unpack', join(cwd, 'nothing.gcm'), '--out', join(cwd, 'x')]);
    expect(failed).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
  });

  it('prints help without loading TensorFlow.js or a method', () => {
    const coverage = newFolder();
    // Node lists every script that it loaded
    const env = { ...process.env, NODE_V8_COVERAGE: coverage };
    const args = ['--import', tsx, resolve(MAIN.pathname), '--help'];
    expect(execFileSync(process.execPath, args, { env, encoding: 'utf8' })).toContain('Usage: gcompress');
    const scripts = readdirSync(coverage).flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8'));
      return (result as { url: string }[]).map(({ url }) => url);
    });
    expect(scripts.some((url) => url.includes('/commander/'))).toBe(true);
    expect(scripts.filter((url) => /@tensorflow|packages\/(?!cli|core)/.test(url))).toEqual([]);
  });

  it('runs models on the wasm backend, and prints nothing but its result', async () => {
    const cwd = newFolder();
    writeModel(join(cwd, 'graph'), graphModel());
    const args = ['diff', join(cwd, 'graph'), join(cwd, 'graph'), '--json'];
    const { code, stdout, stderr } = await runMain(MAIN, args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).outputs).toMatchObject([{ largestDifference: 0, agrees: true }]);
  });

  it('leaves nothing behind where a file becomes too large for the disk', () => {
    const cwd = newFolder();
    writeModel(join(cwd, 'model'), layersModel());
    // A limit on the size of files fails as a full disk does, in the middle of a write
    const script = `ulimit -f 1; exec "${process.execPath}" --import ${tsx} "${resolve(MAIN.pathname)}" pack model --out small.gcm --keep '*' --options '{}'`;
    const child = spawnedSync(script, cwd);
    expect(child).toMatchObject({ code: 4, stderr: expect.stringMatching(/^error: [^\n]*EFBIG[^\n]*\n$/) });
    expect(readdirSync(cwd)).toEqual(['model']);
  });

  it('removes what it was writing when it is stopped', async () => {
    const path = join(newFolder(), 'half.partial');
    const child = spawn(process.execPath, ['--import', tsx, resolve(import.meta.dirname, 'fill-slowly.ts'), path]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(130);
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });
});

describe('a package that is not installed', () => {
  it('is downloaded by npm pack, read, and removed again', async () => {
    const cwd = newFolder();
    const bin = join(cwd, 'bin');
    mkdirSync(bin);
    const made = join(cwd, 'made/package');
    writeModel(join(made, 'model'), graphModel());
    writeFileSync(join(made, 'package.json'), '{ "name": "@acme/model", "version": "3.0.0" }');
    execFileSync('tar', ['-czf', join(cwd, 'acme-model-3.0.0.tgz'), '-C', join(cwd, 'made'), 'package']);
    // An npm that knows one package
    const npm = `#!/bin/sh
[ "$2" = "@acme/model@3" ] || { echo "npm error code E404" >&2; echo "npm error 404 Not Found - $2" >&2; exit 1; }
cp "${join(cwd, 'acme-model-3.0.0.tgz')}" "$4"`;
    writeFileSync(join(bin, 'npm'), npm);
    chmodSync(join(bin, 'npm'), 0o755);
    const before = process.env.PATH;
    process.env.PATH = `${bin}${delimiter}${before}`;
    try {
      expect(json(await gcompress(cwd, 'inspect', 'npm:@acme/model@3', '--json'))).toMatchObject({ kind: 'graph' });
      const missing = await gcompress(cwd, 'inspect', 'npm:nowhere');
      expect(missing).toMatchObject({
        code: 3,
        stderr: "error: 'npm:nowhere': expected a package that npm can download, got 404 Not Found - nowhere.\n",
      });
    } finally {
      process.env.PATH = before;
    }
  });
});

/** Runs a shell script to its end. */
function spawnedSync(script: string, cwd: string): { code: number; stderr: string } {
  try {
    execFileSync('bash', ['-c', script], { cwd, stdio: 'pipe' });
    return { code: 0, stderr: '' };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer };
    return { code: status, stderr: stderr.toString() };
  }
}
