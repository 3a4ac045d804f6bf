import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('the package exports exactly these names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "ApplyCompression",
      "CompressionWrapper",
      "METHOD_OPTIONS",
      "compressorFromHParams",
      "defaultHParams",
      "formatHParams",
      "parseHParams",
      "pruningScheduleFromHParams",
      "referenceEager",
      "referenceGraph",
      "referenceHost",
      "scheduleFromHParams",
    ]
  `);
});
