import { expect, it } from 'vitest';
import * as callbacks from '../src/callbacks/index.ts';
import * as files from '../src/files/index.ts';
import * as main from '../src/index.ts';
import * as layers from '../src/layers/index.ts';
import * as summaries from '../src/summaries/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
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

it('exports this under ./callbacks', () => {
  expect(Object.keys(callbacks).sort()).toMatchInlineSnapshot(`
    [
      "CheckpointCallback",
      "checkpointCallback",
      "constantRate",
      "cosineDecay",
      "earlyStopCallback",
      "exponentialDecay",
      "learningRateCallback",
      "operatorVariables",
      "progressCallback",
      "restoreCheckpoint",
      "saveCheckpoint",
      "setLearningRate",
      "summaryCallback",
      "warmUp",
    ]
  `);
});

it('exports this under ./summaries', () => {
  expect(Object.keys(summaries).sort()).toMatchInlineSnapshot(`
    [
      "compressionSummaries",
      "histogramOf",
    ]
  `);
});

it('exports this under ./files', () => {
  expect(Object.keys(files).sort()).toMatchInlineSnapshot(`
    [
      "checkpointFolder",
      "csvFile",
      "deleteModel",
      "modelFolder",
      "tensorBoardFile",
    ]
  `);
});
