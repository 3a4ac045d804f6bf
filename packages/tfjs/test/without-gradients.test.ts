import '@tensorflow/tfjs-backend-cpu';
import { isGCompressError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { TfCompressionOp } from '../src/index.ts';

// A file of its own: nothing here imports a package that registers gradients
it('is refused where tfjs has no gradients, with what to import', () => {
  const variable = tf.tidy(() => tf.variable(tf.ones([8, 6])));
  const make = () => new TfCompressionOp(variable, { compressor: lowRank({ rank: 2 }), schedule: linearAlpha({}) });
  expect(make).toThrow(expect.toSatisfy((error) => isGCompressError(error, 'unsupported')));
  expect(make).toThrow("Import '@tensorflow/tfjs' or '@tensorflow/tfjs-layers' once in the application.");
  variable.dispose();
});
