// A dictionary learned with these kernels fits as well as one that is learned with the portable kernels, and its bytes repeat.
import { relativeError, serialize } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { trainedMatrix } from '@gcompress/fixtures';
import { portableKernels } from '@gcompress/linalg';
import { expect, it, vi } from 'vitest';
import { wasmKernels } from '../src/index.ts';

it.each([
  { atoms: 24, nonzeros: 3, iterations: 2 },
  { atoms: 64, nonzeros: 5, signalLength: 16, iterations: 3 },
])('dictLearn $atoms holds atoms and residuals, and its error is that of the portable kernels', async (options) => {
  const kernels = await wasmKernels();
  const holdAtoms = vi.fn(kernels.holdAtoms);
  const holdResiduals = vi.fn(kernels.holdResiduals);
  const compressor = dictLearn(options);
  const weights = trainedMatrix('conv2');
  const own = compressor.compress(weights, { kernels: { ...kernels, holdAtoms, holdResiduals } });
  expect(holdAtoms).toHaveBeenCalled();
  expect(holdResiduals).toHaveBeenCalled();
  const error = relativeError(weights, own.decompress());
  const portable = relativeError(weights, compressor.compress(weights, { kernels: portableKernels }).decompress());
  expect(Math.abs(error - portable)).toBeLessThan(0.005 * portable);
  expect(serialize({ weights: compressor.compress(weights, { kernels }) })).toEqual(serialize({ weights: own }));
});
