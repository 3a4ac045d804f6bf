// Writes a package for a new method from the template.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Names } from './names.ts';

/** What {@link generate} needs. */
export interface Generation {
  readonly names: Names;
  /** The folder to copy, whose names are those of a method `my-method`. */
  readonly template: string;
  /** Where the package goes: a folder that is empty but for `.git`, or does not exist. */
  readonly target: string;
  /** Ranges for the packages that the template depends on, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Files that npm would not pack, or take for those of the package that they are packed in. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore', 'manifest.json': 'package.json' };
const PLACEHOLDER = /gcompress-my-method\/my-method|gcompress-my-method|my-method|myMethod|MyMethod/g;

/**
 * Writes a package made from the template and returns its files, relative to the target.
 *
 * @throws Error when the target is not empty; nothing is written then.
 */
export function generate({ names, template, target, versions }: Generation): string[] {
  // `git init` comes first for many
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

/** The manifest with the ranges of what it depends on. */
function withVersions(text: string, versions: Readonly<Record<string, string>>): string {
  const manifest = JSON.parse(text);
  for (const dependencies of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(dependencies)) dependencies[name] = versions[name];
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Files in a folder and in those below, relative to it. */
function filesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => statSync(join(folder, path)).isFile()).sort();
}
