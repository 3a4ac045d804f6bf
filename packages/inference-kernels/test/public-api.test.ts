// The exports of the package.
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api)).toEqual(['inferenceKernels']);
});

it.each([null, 'wasm', 7, [], Symbol('simd')])('refuses %o as options', (options) => {
  expect(() => api.inferenceKernels(options as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});

it('refuses a flag that is not a boolean, and unknown options', () => {
  expect(() => api.inferenceKernels({ simd: 'yes' } as never)).toThrow(/simd: expected a boolean, got 'yes'/);
  expect(() => api.inferenceKernels({ threads: 2 } as never)).toThrow(/expected options among simd, got 'threads'/);
});
