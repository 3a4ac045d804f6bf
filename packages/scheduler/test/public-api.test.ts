import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "assertSchedule",
      "compressAtOnce",
      "cosineAlpha",
      "defineSchedule",
      "exponentialAlpha",
      "initialScheduleState",
      "initialSettlingState",
      "linearAlpha",
      "neverUpdate",
      "polynomialAlpha",
      "scheduleFromConfig",
      "settling",
      "stepwiseAlpha",
    ]
  `);
});
