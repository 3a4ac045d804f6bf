// Joins the blocks of a page to modules.
import type { CodeBlock } from './code-blocks.ts';

/** A block of a page with those that continue it, as one module. */
export interface PageModule {
  /** Line of the page on which the first block opens. */
  readonly line: number;
  /** TypeScript whose lines have the numbers that they have in the page, so that errors name the right ones. */
  readonly source: string;
  /** What `console.log` must print, in order: the texts after `// → `. */
  readonly printed: readonly string[];
  /** Whether the module is a test file itself. */
  readonly isTest: boolean;
  /** Why the module is not run. */
  readonly notRun: string | undefined;
}

/**
 * The modules that the blocks of a page make up. Excerpts belong to none: the file that they are from is checked instead.
 *
 * @param givenPath module specifier of what pages are given, as the modules will import it.
 */
export function pageModules(blocks: readonly CodeBlock[], givenPath: string): PageModule[] {
  const groups: CodeBlock[][] = [];
  for (const block of blocks.filter(({ marks }) => marks.excerpt === undefined)) {
    if (block.marks.continued) groups.at(-1)?.push(block);
    else groups.push([block]);
  }
  return groups.map((group) => pageModule(group, givenPath));
}

function pageModule(group: readonly CodeBlock[], givenPath: string): PageModule {
  const lines: string[] = [];
  for (const { line, code, marks } of group) {
    while (lines.length < line - 1) lines.push('');
    // On the line of the fence
    lines.push(marks.given.length > 0 ? `import { ${marks.given.join(', ')} } from '${givenPath}';` : '');
    lines.push(...code.split('\n'));
  }
  const source = `${lines.join('\n')}\nexport {};\n`;
  return {
    line: group[0].line,
    source,
    printed: [...source.matchAll(/\/\/ → (.+)$/gm)].map(([, text]) => text),
    isTest: /from 'vitest'/.test(source),
    notRun: group.find(({ marks }) => marks.notRun !== undefined)?.marks.notRun,
  };
}
