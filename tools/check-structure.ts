// Checks how the source is laid out: no import circles, folders whose imports run one way, a first line that says what lives in a file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { LARGEST_FOLDER, PUBLIC_NAMES } from './structure-rules.ts';

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

for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? 'the source is laid out by the rules' : `${problems.length} things against the rules`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

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
