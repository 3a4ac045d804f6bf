// What an operator says in a program that has no gradients.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('an operator is refused without registered gradients, and the error names the import', async () => {
  // A process of its own: other tests of this one have registered gradients
  const program = join(import.meta.dirname, 'make-without-gradients.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program]);
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
    code: 'unsupported',
    message: expect.stringContaining("Import '@tensorflow/tfjs' or '@tensorflow/tfjs-layers' once in the application."),
  });
});
