// Runs a module of a page and compares what it prints with the page.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { expect, vi } from 'vitest';

/**
 * Runs a module of a page in an empty folder and compares what it prints with what the page says that it prints. Each text
 * must be part of a printed line, in order; `…` stands for anything.
 */
export async function runModule(load: () => Promise<unknown>, printed: readonly string[]): Promise<void> {
  process.chdir(mkdtempSync(join(tmpdir(), 'gcompress-docs-')));
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
    lines.push(format(...values));
  });
  try {
    await load();
  } finally {
    log.mockRestore();
  }
  let from = 0;
  for (const text of printed) {
    const wanted = new RegExp(text.split('…').map(escaped).join('.*'));
    const at = lines.findIndex((line, index) => index >= from && wanted.test(line));
    if (at < 0) expect.fail(`the page says that this prints\n  ${text}\nbut it printed\n  ${lines.join('\n  ')}`);
    from = at + 1;
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
