// The check of the claim that a compressor weighs error against bits at a price.
import type { MatrixCompressor } from '@gcompress/core';
import { ensure, ensureRefused, sameJson, sameNumbers } from '../assertions/assertions.ts';
import { normalMatrix } from '../samples/matrices.ts';
import type { Workbench } from '../samples/workbench.ts';
import { bytesOf } from './algebra-checks.ts';

/** Factors of the price, from a bit that is nearly free to one that nothing is worth. */
const FACTORS = [2 ** -12, 2 ** -4, 1, 2 ** 4, 2 ** 40];
/** How much more a dearer bit may take by the chance of rounding. */
const SLACK_BYTES = 4;

/** A dearer bit gives no more bytes, and a plan stays as it is. */
export async function bitPriceIsUsed({ subject }: Workbench): Promise<void> {
  const matrix = normalMatrix(subject.shapes[0]);
  const compressor = subject.create(matrix.shape);
  ensure(compressor.withBitPrice !== undefined, 'the compressor has no withBitPrice');
  const priced = (factor: number) => compressor.withBitPrice?.(factor) as MatrixCompressor;
  const plan = JSON.stringify(compressor.plan(matrix.shape));
  const bytes: number[] = [];
  for (const factor of FACTORS) {
    ensure(
      sameJson(JSON.parse(plan), JSON.parse(JSON.stringify(priced(factor).plan(matrix.shape)))),
      'the plan changes',
    );
    bytes.push((await priced(factor).compress(matrix)).byteLength);
  }
  const falls = bytes.every((size, at) => at === 0 || size <= bytes[at - 1] + SLACK_BYTES);
  ensure(falls && bytes[0] > (bytes.at(-1) ?? 0), `${bytes.join(', ')} bytes at ${FACTORS.join(', ')} times the price`);
  const [own, same] = [await compressor.compress(matrix), await priced(1).compress(matrix)];
  ensure(sameNumbers(bytesOf(own), bytesOf(same)), 'the same price gives other bytes');
  await ensureRefused('a price of 0', ['invalid-option'], async () => priced(0));
}
