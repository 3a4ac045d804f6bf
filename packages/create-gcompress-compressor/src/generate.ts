// Writes a package for a new method from the template.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Names } from './names.ts';

/** The arguments of {@link generate}. */
export interface Generation {
  readonly names: Names;
  /** The folder to copy. Its files name the method `my-method`. */
  readonly template: string;
  /** The folder of the new package. It must not exist, or be empty apart from `.git`. */
  readonly target: string;
  /** Ranges for the packages that the template depends on, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Files that npm would not pack, or would mistake for files of this package. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore', 'manifest.json': 'package.json' };
const PLACEHOLDER = /gcompress-my-method\/my-method|gcompress-my-method|my-method|myMethod|MyMethod/g;

/**
 * Writes a package made from the template and returns its files, relative to the target.
 *
 * @throws Error if the target is not empty. Nothing is written then.
 */
export function generate({ names, template, target, versions }: Generation): string[] {
  // Many authors run `git init` first
  const found = existsSync(target) ? readdirSync(target).find((name) => name !== '.git') : undefined;
  if (found !== undefined) throw new Error(`${target} is not empty: it holds '${found}'`);
  const values: Record<string, string> = {
    'gcompress-my-method/my-method': names.id,
    'gcompress-my-method': names.packageName,
    'my-method': names.method,
    myMethod: names.camelCase,
    MyMethod: names.pascalCase,
  };
  const named = (text: string) => text.replace(PLACEHOLDER, (placeholder) => values[placeholder]);
  const texts = new Map<string, string>();
  for (const path of filesIn(template)) {
    const text = named(readFileSync(join(template, path), 'utf8'));
    const copy = RENAMED[path] ?? named(path);
    texts.set(copy, copy === 'package.json' ? withVersions(text, versions) : text);
  }
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
  }
  return [...texts.keys()];
}

/** The manifest with the version ranges of its dependencies. */
function withVersions(text: string, versions: Readonly<Record<string, string>>): string {
  const manifest = JSON.parse(text);
  for (const dependencies of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(dependencies)) dependencies[name] = versions[name];
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Files in a folder and its subfolders, relative to the folder. */
function filesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => statSync(join(folder, path)).isFile()).sort();
}
