// Finds the blocks of TypeScript in a page.
import { fromMarkdown } from 'mdast-util-from-markdown';
import { visit } from 'unist-util-visit';

/** A fenced block of TypeScript in a page. */
export interface CodeBlock {
  /** Line of the page on which the fence opens, from 1. */
  readonly line: number;
  readonly code: string;
  readonly marks: Marks;
}

/** What stands after `ts` on the line of the fence; CONTRIBUTING.md explains it. */
export interface Marks {
  /** Whether the block goes on where the one before it ended. */
  readonly continued: boolean;
  /** Names that `docs/given.ts` supplies. */
  readonly given: readonly string[];
  /** A file, relative to the page, that holds the same lines. */
  readonly excerpt: string | undefined;
  /** Why the block is type-checked but not run. */
  readonly notRun: string | undefined;
}

const MARK = /\s*(?:(continued)|given=([\w,]+)|excerpt=(\S+)|not-run="([^"]+)")(?=\s|$)/y;

/**
 * The blocks of TypeScript in a Markdown text.
 *
 * @throws Error when a fence has a mark that is not known, or when a block has nothing to continue.
 */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  visit(fromMarkdown(markdown), 'code', ({ lang, meta, value, position }) => {
    if (lang !== 'ts' && lang !== 'typescript') return;
    const line = position?.start.line ?? 0;
    const marks = parseMarks(meta ?? '', line);
    if (marks.continued && blocks.length === 0) throw new Error(`line ${line}: there is no block to continue`);
    blocks.push({ line, code: value, marks });
  });
  return blocks;
}

function parseMarks(text: string, line: number): Marks {
  let marks: Marks = { continued: false, given: [], excerpt: undefined, notRun: undefined };
  MARK.lastIndex = 0;
  for (let at = 0; at < text.length; at = MARK.lastIndex) {
    const match = MARK.exec(text);
    if (!match) throw new Error(`line ${line}: '${text.slice(at).trim()}' is no mark of a code block`);
    const [, continued, given, excerpt, notRun] = match;
    marks = {
      continued: marks.continued || continued !== undefined,
      given: given?.split(',') ?? marks.given,
      excerpt: excerpt ?? marks.excerpt,
      notRun: notRun ?? marks.notRun,
    };
  }
  return marks;
}
