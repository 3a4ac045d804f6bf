import { expect, it } from 'vitest';
import * as files from '../src/files/index.ts';
import * as main from '../src/index.ts';
import * as layers from '../src/layers/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "ApplyCompression",
      "CompressionWrapper",
      "TfCompressionOp",
      "tfOps",
      "variableSpecs",
    ]
  `);
});

it('exports this under ./layers', () => {
  expect(Object.keys(layers).sort()).toMatchInlineSnapshot(`
    [
      "CompressedLayer",
      "CompressionCallback",
      "PackedLayer",
      "compressModel",
      "compressedLayers",
      "compressionCallback",
      "compressionReport",
      "registerCompressedLayers",
      "stripCompression",
    ]
  `);
});

it('exports this under ./files', () => {
  expect(Object.keys(files).sort()).toMatchInlineSnapshot(`
    [
      "modelFolder",
    ]
  `);
});
