import { expect, it } from 'vitest';
import * as callbacks from '../src/callbacks/index.ts';
import * as files from '../src/files/index.ts';
import * as main from '../src/index.ts';
import * as layers from '../src/layers/index.ts';
import * as summaries from '../src/summaries/index.ts';

it('the root entry exports exactly these names', () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "SizeTarget",
      "TfCompressionOp",
      "productSquaredNorm",
      "tfOps",
      "variableSpecs",
    ]
  `);
});

it('the entry ./layers exports exactly these names', () => {
  expect(Object.keys(layers).sort()).toMatchInlineSnapshot(`
    [
      "CompressedLayer",
      "CompressionCallback",
      "PackedLayer",
      "assertUsableModel",
      "compressModel",
      "compressedLayers",
      "compressionCallback",
      "compressionReport",
      "executionReport",
      "packableModel",
      "packedLayersModel",
      "rebuildModel",
      "registerCompressedLayers",
      "stripCompression",
      "teacherTargets",
      "withTeacher",
    ]
  `);
});

it('the entry ./callbacks exports exactly these names', () => {
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

it('the entry ./summaries exports exactly these names', () => {
  expect(Object.keys(summaries).sort()).toMatchInlineSnapshot(`
    [
      "compressionSummaries",
      "histogramOf",
    ]
  `);
});

it('the entry ./files exports exactly these names', () => {
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
