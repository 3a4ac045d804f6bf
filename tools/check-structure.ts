// Checks how the source is laid out: no import circles, folders whose imports run one way, first lines, training tools apart, the data walk,
// and how much the author of a compressor has to read.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import {
  AUTHOR_READS,
  COMPRESSION_FOLDERS,
  DATA_WALK,
  LARGEST_FOLDER,
  PUBLIC_NAMES,
  TRAINING_EXCEPTIONS,
  TRAINING_FOLDERS,
} from './structure-rules.ts';

const root = resolve(import.meta.dirname, '..');
const problems: string[] = [];

for (const name of readdirSync(join(root, 'packages'))) {
  const source = join(root, 'packages', name, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(source, file));
  const imported = new Map(files.map((file) => [file, importsOf(file)]));
  for (const circle of circles(files, (file) => imported.get(file) ?? [])) {
    problems.push(
      `packages/${name}: files import each other: ${circle.map((file) => relative(source, file)).join(', ')}`,
    );
  }
  for (const circle of circles([...new Set(files.map(dirname))], (folder) => foldersImported(folder, imported))) {
    const named = circle.map((folder) => relative(source, folder) || '.');
    problems.push(`packages/${name}: folders import each other: ${named.join(', ')}`);
  }
  for (const file of files) {
    if (!/^(#!.*\n)?(\/\/ \S|\/\*\* \S|\/\*\*\n \* \S)/.test(readFileSync(file, 'utf8'))) {
      problems.push(`${relative(root, file)}: the first line does not say what lives in the file`);
    }
  }
  for (const [folder, count] of Object.entries(filesIn(files))) {
    if (count > LARGEST_FOLDER)
      problems.push(`${relative(root, folder)}: ${count} files; ${LARGEST_FOLDER} ask for a neighbour`);
  }
}

for (const [entry, most] of Object.entries(PUBLIC_NAMES)) {
  const names = publicNames(join(root, entry));
  if (names > most) problems.push(`${entry}: exports ${names} names, at most ${most} are allowed`);
}

checkTrainingFolders(join(root, 'packages/tfjs/src'));
checkDataWalk(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'));
checkAuthorReads();

for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? 'the source is laid out by the rules' : `${problems.length} things against the rules`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Tools for any training import nothing of what is about compression, but for listed exceptions, which must be needed. */
function checkTrainingFolders(source: string): void {
  for (const folder of TRAINING_FOLDERS) {
    const names = readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' });
    for (const file of names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))) {
      const wanted = importsOf(join(source, file)).map((target) => relative(source, target));
      const found = wanted.filter((target) => COMPRESSION_FOLDERS.includes(target.split('/')[0]));
      const allowed = TRAINING_EXCEPTIONS[file] ?? [];
      for (const target of found.filter((target) => !allowed.includes(target))) {
        problems.push(`packages/tfjs/src/${file}: a tool for any training must not import ${target}`);
      }
      for (const target of allowed.filter((target) => !found.includes(target))) {
        problems.push(`tools/structure-rules.ts: ${file} does not import ${target} any more; remove the exception`);
      }
    }
  }
  for (const file of Object.keys(TRAINING_EXCEPTIONS).filter((name) => !existsSync(join(source, name)))) {
    problems.push(`tools/structure-rules.ts: there is no ${file} any more; remove the exception`);
  }
}

/** The data walk of ARCHITECTURE.md names files that exist, and not too many. */
function checkDataWalk(text: string): void {
  const { heading, mostFiles } = DATA_WALK;
  const section = text.split(`${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const files = [...new Set([...section.matchAll(/`(packages\/[^`]+\.ts)`/g)].map(([, file]) => file))];
  if (files.length === 0) problems.push(`ARCHITECTURE.md: no files under '${heading}'`);
  if (files.length > mostFiles)
    problems.push(`ARCHITECTURE.md: '${heading}' names ${files.length} files, at most ${mostFiles} are allowed`);
  for (const file of files.filter((name) => !existsSync(join(root, name)))) {
    problems.push(`ARCHITECTURE.md: '${heading}' names ${file}, which does not exist`);
  }
}

/** Guide, template and contract together stay short. */
function checkAuthorReads(): void {
  const { files, folders, mostLines } = AUTHOR_READS;
  const inFolders = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
  const lines = [...files, ...inFolders]
    .map((file) => readFileSync(join(root, file), 'utf8').split('\n').length - 1)
    .reduce((sum, count) => sum + count, 0);
  if (lines > mostLines)
    problems.push(`guide, template and contract of compressors: ${lines} lines, at most ${mostLines} are allowed`);
}

/** Files of the same package that a file imports, types included. */
function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(dirname(file), specifier))
    .filter((target) => existsSync(target));
}

/** Other folders whose files the files of this folder import. Entries at the top gather names, so their imports do not count. */
function foldersImported(folder: string, imported: ReadonlyMap<string, readonly string[]>): string[] {
  const targets = [...imported].filter(([file]) => dirname(file) === folder && !file.endsWith('/index.ts'));
  return targets.flatMap(([, files]) => files.map(dirname)).filter((other) => other !== folder);
}

/** Groups of nodes that reach each other (Tarjan's strongly connected components), largest groups only. */
function circles(nodes: readonly string[], next: (node: string) => readonly string[]): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const own = order.size;
    order.set(node, own);
    stack.push(node);
    let low = own;
    for (const other of next(node)) {
      if (!order.has(other)) low = Math.min(low, visit(other));
      else if (stack.includes(other)) low = Math.min(low, order.get(other) ?? low);
    }
    lowest.set(node, low);
    if (low === own) {
      const group = stack.splice(stack.indexOf(node));
      if (group.length > 1) found.push(group.reverse());
    }
    return low;
  };
  for (const node of nodes) if (!order.has(node)) visit(node);
  return found;
}

function filesIn(files: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const file of files) counts[dirname(file)] = (counts[dirname(file)] ?? 0) + 1;
  return counts;
}

/** Names that a module exports by `export { … } from`, types included. */
function publicNames(file: string): number {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements
    .filter(ts.isExportDeclaration)
    .reduce(
      (sum, { exportClause }) =>
        sum + (exportClause && ts.isNamedExports(exportClause) ? exportClause.elements.length : 0),
      0,
    );
}
