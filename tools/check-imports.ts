// Holds the imports of all packages to the import rules.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { DECODER_ENTRY, DECODER_IMPORTS, PACKAGES } from './import-rules.ts';

const root = resolve(import.meta.dirname, '..');
const problems: string[] = [];

for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name);
  const allowed = PACKAGES[name]?.imports;
  if (!allowed) {
    problems.push(`packages/${name}: no import rule; add one to tools/import-rules.ts`);
    continue;
  }
  const declared = Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies ?? {});
  for (const dependency of declared.filter(isOurs)) {
    if (!allowed.includes(shortName(dependency))) problems.push(`packages/${name}: must not depend on ${dependency}`);
  }
  for (const file of sourceFiles(join(folder, 'src'))) check(file, allowed);
  const decoder = join(folder, DECODER_ENTRY);
  if (existsSync(decoder)) for (const file of reachable(decoder)) check(file, DECODER_IMPORTS);
}

for (const problem of new Set(problems)) console.error(problem);
console.log(problems.length === 0 ? 'imports follow the rules' : `${problems.length} imports against the rules`);
process.exitCode = problems.length === 0 ? 0 : 1;

function check(file: string, allowed: readonly string[]): void {
  for (const specifier of imports(file)) {
    if (specifier.startsWith('../') && !resolve(dirname(file), specifier).includes(`${packageFolder(file)}/src/`)) {
      problems.push(`${relative(root, file)}: '${specifier}' leaves the package's source`);
    }
    if (isOurs(specifier) && !allowed.includes(shortName(specifier))) {
      problems.push(`${relative(root, file)}: must not import ${specifier}`);
    }
  }
}

/** The file and all files of the same package that it imports, directly or not. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const specifier of imports(entry)) {
    if (specifier.startsWith('.')) reachable(resolve(dirname(entry), specifier), seen);
  }
  return seen;
}

function imports(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function packageFolder(file: string): string {
  return file.slice(0, file.indexOf('/src/'));
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith('@gcompress/');
}

/** `@gcompress/lowrank/format` → `lowrank`. */
function shortName(specifier: string): string {
  return specifier.split('/')[1];
}
