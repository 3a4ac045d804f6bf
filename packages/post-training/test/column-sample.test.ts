// Error curves by some columns of a large weight, compared with those of the whole weight.
import { createRandom, matrix } from '@gcompress/core';
import { momentInputs, momentsOf } from '@gcompress/fixtures/moment-inputs';
import { readModel } from '@gcompress/packed/weights';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { uniformLevels } from '../src/forms/candidates.ts';
import { columnSample } from '../src/forms/column-sample.ts';
import { addSize, measuredCurves, wholeForm } from '../src/forms/curves.ts';
import { subjectsOf } from '../src/forms/weight-forms.ts';
import { artifactsOf } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

const SIDES = [100, 900] as const;
const options = { candidates: [], kernels: undefined, turn: async () => {} };

/** A Dense kernel whose columns differ in size by a factor of three, as a subject of `compressNow`. */
async function subjects(withMoments: boolean) {
  const random = createRandom(1);
  const [rows, columns] = SIDES;
  const kernel = Float32Array.from(
    { length: rows * columns },
    (_, at) => random.normal() * 3 ** Math.sin((at % columns) / 50),
  );
  const model = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [rows], units: columns, useBias: false, name: 'wide' })],
  });
  model.setWeights([tf.tensor2d(kernel, [rows, columns])]);
  const contents = readModel('test', await artifactsOf(model));
  model.dispose();
  const moments = withMoments ? [['wide/kernel', momentsOf(momentInputs(2 * rows, rows), rows)] as const] : [];
  const given = { minElements: 256, rest: 'float16', sensitivity: new Map(), kernels: undefined } as const;
  return subjectsOf(contents, { where: 'test', ...given, inputMoments: new Map(moments), channelGains: new Map() });
}

describe.each([false, true])('with moments: %s', (withMoments) => {
  it('bytes and errors are estimated to a few percent, and a form of the whole weight fits the estimated bytes', async () => {
    const [subject] = await subjects(withMoments);
    const [curve] = await measuredCurves([subject], options);
    expect(curve.sample?.part).toBeLessThan(0.5);
    for (const bits of [1.5, 4]) {
      const bytes = Math.floor((bits * SIDES[0] * SIDES[1]) / 8);
      const estimate = await addSize(curve, subject.matrix ?? fail(), uniformLevels, bytes, options);
      expect(estimate?.isEstimate).toBe(true);
      const whole = await wholeForm(curve, estimate ?? fail(), options);
      expect(whole.isEstimate).toBeUndefined();
      expect(curve.forms).toContain(whole);
      expect(curve.forms).not.toContain(estimate);
      expect(whole.sizes.packed).toBeLessThanOrEqual(estimate?.sizes.packed ?? 0);
      expect(whole.sizes.packed).toBeGreaterThan(0.97 * bytes);
      expect(Math.sqrt(whole.error / (estimate?.error ?? 0))).toBeGreaterThan(0.9);
      expect(Math.sqrt(whole.error / (estimate?.error ?? 0))).toBeLessThan(1.1);
    }
  });
});

it('a small weight has no sample', async () => {
  const [subject] = await subjects(false);
  const whole = subject.matrix ?? fail();
  const small = { ...whole, weight: { ...whole.weight, matrix: matrix([40, 30], new Float32Array(1200)) } };
  expect(columnSample(small, { entries: 2 ** 15 }, undefined)).toBeUndefined();
});

function fail(): never {
  throw new Error('nothing was made');
}
