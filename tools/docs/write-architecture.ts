// Writes the diagram and the table of packages in ARCHITECTURE.md from the import rules; with `--check` it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PACKAGES } from '../import-rules.ts';

const page = join(resolve(import.meta.dirname, '../..'), 'ARCHITECTURE.md');
const before = readFileSync(page, 'utf8');
const after = replaced(replaced(before, 'diagram', diagram()), 'packages', table());

if (process.argv.includes('--check')) {
  if (after !== before) console.error('ARCHITECTURE.md differs from tools/import-rules.ts: run pnpm docs:architecture');
  process.exitCode = after === before ? 0 : 1;
} else {
  writeFileSync(page, after);
}

/** Packages of one rule share a box; an arrow that follows from two others is left out. */
function diagram(): string {
  const boxes = groups();
  const boxOf = new Map(boxes.flatMap((names) => names.map((name) => [name, names[0]] as const)));
  const lines = boxes.map((names) => `  ${names[0]}["${names.join('<br>')}"]`);
  for (const [first] of boxes) {
    const { imports } = PACKAGES[first];
    const direct = imports.filter((name) => !imports.some((other) => other !== name && reaches(other, name)));
    const targets = new Set(direct.map((name) => boxOf.get(name)));
    lines.push(...[...targets].map((target) => `  ${first} --> ${target}`));
  }
  return ['```mermaid', 'flowchart BT', ...lines, '```'].join('\n');
}

function table(): string {
  const rows = groups().map((names) => {
    const { lives, imports } = PACKAGES[names[0]];
    return [names.map((name) => `\`${name}\``).join(', '), lives, imports.join(', ') || 'nothing'];
  });
  const cells = [['package', 'what lives there', 'may import'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(cells[0]), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n');
}

/** Packages that have the same rule, in the order of the table. */
function groups(): string[][] {
  const byRule = new Map<string, string[]>();
  for (const [name, { lives, imports }] of Object.entries(PACKAGES)) {
    const key = JSON.stringify([lives, imports]);
    byRule.set(key, [...(byRule.get(key) ?? []), name]);
  }
  return [...byRule.values()];
}

function reaches(from: string, to: string): boolean {
  return PACKAGES[from].imports.some((name) => name === to || reaches(name, to));
}

/** The text between two markers, replaced. */
function replaced(text: string, name: string, by: string): string {
  const pattern = new RegExp(`(<!-- ${name}: written from tools/import-rules.ts -->\n)[^]*?(\n<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`ARCHITECTURE.md: no marker '${name}'`);
  return text.replace(pattern, (_, begin, end) => `${begin}\n${by}\n${end}`);
}
