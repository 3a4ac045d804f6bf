import { describe, expect, it } from 'vitest';
import { linearAlpha } from '../src/index.ts';
import { range, run } from './run.ts';

describe('the documented rule', () => {
  it('updates at the same steps as in the reference’s tests', () => {
    const { updates, state } = run(
      linearAlpha({ begin: 1000, end: 120000, frequency: 10, decrement: 0.01 }),
      [30, 1001, 1001, 2000],
    );
    expect(updates).toEqual([
      { step: 1001, compress: true, alpha: 0.99 },
      { step: 2000, compress: false, alpha: 0.98 },
    ]);
    expect(state).toEqual({ updates: 2, lastUpdateStep: 2000 });
  });

  it('updates at begin, begin + frequency, …', () => {
    const options = { begin: 0, end: 20, frequency: 10, decrement: 0.25 };
    expect(run(linearAlpha(options), range(0, 40)).updates).toEqual([
      { step: 0, compress: true, alpha: 0.75 },
      { step: 10, compress: false, alpha: 0.5 },
      { step: 20, compress: false, alpha: 0.25 },
    ]);
  });
});
