// Writes the TypeScript of all pages to docs/page-code, a folder a page: a module for each group of blocks, and a test file that
// runs them. What TypeScript and vitest then say of line n of a module is said of line n of its page.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { type CodeBlock, codeBlocks } from './code-blocks.ts';
import { type PageModule, pageModules } from './page-modules.ts';

const PAGES = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md'];
const IGNORED = ['**/node_modules/**', 'docs/page-code/**', 'docs/site/**'];
const root = resolve(import.meta.dirname, '../..');
const output = join(root, 'docs/page-code');

rmSync(output, { recursive: true, force: true });
const pages = globSync(PAGES, { cwd: root, ignore: IGNORED }).sort();
const problems: string[] = [];
let written = 0;
for (const page of pages) {
  try {
    const blocks = codeBlocks(readFileSync(join(root, page), 'utf8'));
    for (const block of blocks) assertExcerpt(page, block);
    written += writePage(page, pageModules(blocks, '../../given.ts'));
  } catch (error) {
    problems.push(`${page}: ${(error as Error).message}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${written} modules from ${pages.length} pages`);
process.exitCode = problems.length === 0 ? 0 : 1;

function writePage(page: string, modules: readonly PageModule[]): number {
  if (modules.length === 0) return 0;
  const folder = join(output, page.replace(/\.md$/, '').replaceAll('/', '-'));
  mkdirSync(folder, { recursive: true });
  const runner = relative(folder, join(import.meta.dirname, 'run-module.ts'));
  const tests = [`import { test } from 'vitest';`, `import { runModule } from '${runner}';`];
  for (const { line, source, printed, isTest, notRun } of modules) {
    const file = isTest ? `line-${line}.test.ts` : `line-${line}.ts`;
    writeFileSync(join(folder, file), source);
    const title = JSON.stringify(`${page}:${line}${notRun ? ` (not run: ${notRun})` : ''}`);
    if (notRun) tests.push(`test.skip(${title}, () => {});`);
    else if (!isTest)
      tests.push(`test(${title}, () => runModule(() => import('./${file}'), ${JSON.stringify(printed)}));`);
  }
  if (tests.length > 2) writeFileSync(join(folder, 'page.test.ts'), `${tests.join('\n')}\n`);
  return modules.length;
}

/** Throws unless the file that a block is from still holds its lines. */
function assertExcerpt(page: string, { line, code, marks: { excerpt } }: CodeBlock): void {
  if (excerpt === undefined) return;
  const text = readFileSync(join(root, dirname(page), excerpt), 'utf8');
  if (!text.includes(code)) throw new Error(`line ${line}: ${excerpt} does not hold these lines any more`);
}
