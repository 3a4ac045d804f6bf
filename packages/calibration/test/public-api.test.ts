// What the package exports.
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual([
    'calibrate',
    'correctBiases',
    'loadCalibration',
    'mergeCalibrations',
    'saveCalibration',
  ]);
});
