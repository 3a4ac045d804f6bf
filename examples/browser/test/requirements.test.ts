import { expect, it } from 'vitest';
import { missingRequirements } from '../src/page/requirements.ts';

it('names what a browser lacks', () => {
  const scope = { WebAssembly, Worker: class {} } as unknown as typeof globalThis;
  expect(missingRequirements(scope)).toEqual([]);
  expect(missingRequirements({})).toHaveLength(2);
});
