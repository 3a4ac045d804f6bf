import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
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
