import { describe, expect, it } from 'vitest';
import { LAYERS } from '../src/network/architecture.ts';
import { compressedBytes } from '../src/network/sizes.ts';
import {
  compressionWindow,
  DEFAULT_SETTINGS,
  METHODS,
  type Method,
  RANGES,
  RATIOS,
  settingsFromQuery,
  settingsToQuery,
  totalSteps,
} from '../src/settings.ts';
import { compressorFor, scheduleFor } from '../src/worker/compression.ts';

const methods = Object.keys(METHODS) as Method[];

describe('settings', () => {
  it('come back from an address', () => {
    const settings = { ...DEFAULT_SETTINGS, method: 'dictlearn', ratio: 24, digits: 1000, begin: 0, end: 95 } as const;
    expect(settingsFromQuery(settingsToQuery(settings))).toEqual(settings);
  });

  it('are the defaults where an address says nothing, or nonsense', () => {
    expect(settingsFromQuery('')).toEqual(DEFAULT_SETTINGS);
    const nonsense = 'method=toString&ratio=5&digits=1e9&epochs=-1&begin=NaN&end=&curve=__proto__';
    expect(settingsFromQuery(nonsense)).toEqual(DEFAULT_SETTINGS);
    expect(settingsFromQuery('begin=60&end=20')).toEqual(DEFAULT_SETTINGS);
  });

  it.each(methods)('%s: every size can be had for both matrices, and keeps its promise', (method) => {
    for (const ratio of RATIOS) {
      const compressor = compressorFor({ ...DEFAULT_SETTINGS, method, ratio });
      for (const { shape } of LAYERS.filter(({ compressed }) => compressed)) compressor.plan(shape);
      expect(compressedBytes(ratio)).toBeLessThan(compressedBytes(1) / (ratio * 0.7));
    }
  });

  it('every schedule brings alpha to 0 where the page says, be the training short or long', () => {
    for (const epochs of [RANGES.epochs.min, 3, RANGES.epochs.max]) {
      for (const method of methods) {
        const settings = { ...DEFAULT_SETTINGS, method, digits: 1000, epochs, begin: 80, end: 85 };
        const { begin, end } = compressionWindow(settings);
        const { zeroStep } = scheduleFor(settings);
        expect(zeroStep).toBeLessThanOrEqual(end - begin);
        expect(end).toBeLessThan(totalSteps(settings));
      }
    }
  });
});
