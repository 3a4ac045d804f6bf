/** A program of its own: nothing here imports a package that registers gradients. Prints what making an operator throws, as JSON. */

import '@tensorflow/tfjs-backend-cpu';
import { isGCompressError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs-core';
import { TfCompressionOp } from '../src/index.ts';

const variable = tf.tidy(() => tf.variable(tf.ones([8, 6])));
let refusal = {};
try {
  new TfCompressionOp(variable, { compressor: lowRank({ rank: 2 }), schedule: linearAlpha({}) });
} catch (error) {
  if (!isGCompressError(error)) throw error;
  refusal = { code: error.code, message: error.message };
}
process.stdout.write(`\n${JSON.stringify(refusal)}\n`);
