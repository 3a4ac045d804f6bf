// Trains and compresses a network in a loop of its own, without the layers API.
import { parseArgs } from 'node:util';
import { serialize } from '@gcompress/core';
import { mnist } from '@gcompress/example-datasets';
import { type Backend, startBackend } from '@gcompress/example-program';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { createNetwork, train } from './training.ts';

const { values } = parseArgs({ options: { backend: { type: 'string' } } });
const { name, reason } = await startBackend(values.backend as Backend | undefined);
console.log(`Backend: ${name}. ${reason}`);

const digits = mnist('train', 4000);
const test = mnist('test', 1000);
const trained = await train({
  network: createNetwork([784, 128, 64, 10]),
  digits,
  batchSize: 50,
  epochs: 6,
  compressor: lowRank({ ratio: 4 }),
  // Two epochs without compression, two in which alpha falls, two with the factors alone
  schedule: linearAlpha({ begin: 160, end: 320, frequency: 10 }),
  onStep(step, loss, alpha) {
    if (step % 40 === 39) console.log(`step ${step + 1}: loss ${loss.toFixed(3)}, alpha ${alpha.toFixed(2)}`);
  },
});

for (const [layer, { factors, byteLength, compressionRatio }] of Object.entries(trained.matrices)) {
  const shapes = Object.values(factors).map(({ shape }) => `[${shape.join(', ')}]`);
  console.log(`${layer}: ${shapes.join(' · ')}, ${byteLength} bytes, ${compressionRatio.toFixed(1)} times fewer`);
}
console.log(`Compressed matrices as a file: ${serialize(trained.matrices).length} bytes`);
console.log(`Accuracy on ${test.count} other digits: ${(100 * trained.accuracy(test)).toFixed(1)} %`);
