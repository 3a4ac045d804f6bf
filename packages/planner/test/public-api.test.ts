// The exports of the package.
import { expect, it } from 'vitest';
import * as folder from '../src/folder/index.ts';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual([
    'createPlan',
    'errorResponse',
    'evaluateAll',
    'expectedDisagreement',
    'expectedTimes',
    'growths',
    'interpolatedError',
    'measureTimes',
    'measuredTime',
    'memoryStore',
    'paretoCurve',
    'refinements',
    'searchCurve',
  ]);
  expect(Object.keys(folder)).toEqual(['folderStore']);
});
