// Trains the factors of a compressed matrix that its format names trainable: low-rank factors, codebooks, values, steps.
import type { CompressedMatrix, Factor } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { tfOps } from '@gcompress/tfjs';
import { type Tensor, tensor, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import type { TrainedWeight } from './trained-weight.ts';

/** Trains the trainable factors of a matrix; indices, signs and masks stay. */
export function trainedFactors(compressed: CompressedMatrix): TrainedWeight {
  const { format, shape, config, factors, notes } = compressed;
  const values = new Map<string, Tensor>();
  const variables = new Map<string, Variable>();
  for (const [name, factor] of Object.entries<Factor>(factors)) {
    const value = tensor(factor.data, [...factor.shape], factor.dtype);
    values.set(name, factor.trainable ? variable(value) : value);
    if (!factor.trainable) continue;
    value.dispose();
    variables.set(name, values.get(name) as Variable);
  }
  const held = Object.fromEntries(values);
  return {
    variables: [...variables.values()],
    trained: variables.size > 0 ? [...variables.keys()].join(', ') : 'nothing',
    read: () => tidy(() => format.reconstruct(tfOps, held, { shape, config })),
    async matrix() {
      const now: Record<string, Factor> = { ...factors };
      for (const [name, trained] of variables) {
        now[name] = { ...factors[name], data: Float32Array.from(await trained.data()) };
      }
      return createCompressedMatrix(format, { shape, config, factors: now }, notes);
    },
    dispose() {
      for (const value of values.values()) value.dispose();
    },
  };
}
