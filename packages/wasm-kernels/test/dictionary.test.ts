// A dictionary has the same bytes with these kernels as with the portable ones, because it only multiplies.
import { serialize } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { trainedMatrix } from '@gcompress/fixtures';
import { portableKernels } from '@gcompress/linalg';
import { expect, it, vi } from 'vitest';
import { wasmKernels } from '../src/index.ts';

it('dictLearn gives the bytes of the portable kernels', async () => {
  const kernels = await wasmKernels();
  const multiply = vi.fn(kernels.multiply);
  const compressor = dictLearn({ atoms: 24, nonzeros: 3, iterations: 2 });
  const weights = trainedMatrix('conv2');
  const file = serialize({ weights: compressor.compress(weights, { kernels: { ...kernels, multiply } }) });
  expect(multiply).toHaveBeenCalled();
  expect(file).toEqual(serialize({ weights: compressor.compress(weights, { kernels: portableKernels }) }));
});
