// The sweep as users run it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain } from '@gcompress/example-program/run-main';
import { expect, it } from 'vitest';

const CLI = new URL('../../../packages/cli/src/cli.ts', import.meta.url);
const config = fileURLToPath(new URL('../src/budgets.json', import.meta.url));

/** A result, as far as this test reads it. */
interface Row {
  readonly configuration: { readonly rest: string };
  readonly result: { readonly bytes: number };
}

// It takes some seconds: processes load TypeScript, and six networks are compressed
it('compresses a network to every size, with errors that fall as sizes grow', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'gcompress-example-')), 'output');
  const { code, stdout, stderr } = await runMain(CLI, [
    'sweep',
    config,
    '--folder',
    folder,
    '--workers',
    '2',
    '--json',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { results, failures } = JSON.parse(stdout);
  expect(failures).toEqual([]);
  expect(results).toHaveLength(6);
  for (const { configuration, result } of results) expect(result.bytes).toBeLessThanOrEqual(configuration.budget);
  for (const rest of ['float16', 'uint8']) {
    const same = results.filter(({ configuration }: Row) => configuration.rest === rest);
    const bytes = same.map(({ result }: Row) => result.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  }
  expect(results[0].front).toBe(true);
});
