import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "assertSchedule",
      "compressAtOnce",
      "cosineAlpha",
      "defineSchedule",
      "exponentialAlpha",
      "initialScheduleState",
      "linearAlpha",
      "neverUpdate",
      "polynomialAlpha",
      "scheduleFromConfig",
      "stepwiseAlpha",
    ]
  `);
});
