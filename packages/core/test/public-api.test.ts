import { expect, it } from 'vitest';
import * as checks from '../src/checks.ts';
import * as decode from '../src/decode.ts';
import * as hosts from '../src/hosts.ts';
import * as api from '../src/index.ts';
import * as storage from '../src/storage.ts';

it('exports these names and no others', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "GCompressError",
      "cpuOps",
      "createFormatRegistry",
      "createRandom",
      "defineMethod",
      "deserialize",
      "elementCount",
      "floatFactor",
      "frobeniusNorm",
      "fromRows",
      "indexFactor",
      "isGCompressError",
      "matrix",
      "pacedProgress",
      "partialProgress",
      "relativeError",
      "reportProgress",
      "serialize",
      "signalToNoise",
      "stack",
      "stackFormats",
    ]
  `);
});

it('exports this under ./checks, ./hosts and ./storage', () => {
  expect([checks, hosts, storage].map((entry) => Object.keys(entry).sort())).toMatchInlineSnapshot(`
    [
      [
        "MAX_ELEMENTS",
        "assertCompressedMatrix",
        "assertCompressor",
        "assertElementLimit",
        "assertFinite",
        "assertInputMoments",
        "assertKnownOptions",
        "assertMatrix",
        "assertNumber",
        "assertOneOf",
        "assertSeed",
        "assertShape2D",
        "assertType",
        "budgetBytes",
        "budgetTooSmall",
        "describeValue",
        "exactlyOneOption",
        "largestThatFits",
        "sizeBudgetOf",
      ],
      [
        "createCompressedMatrix",
        "dequantizeUint8",
        "padFactor",
        "plannedByteLength",
        "quantizeUint8",
      ],
      [
        "assertVersion",
        "bitsFor",
        "crc32",
        "fileError",
        "packBits",
        "packedBytes",
        "packedDtype",
        "packedTensor",
        "readTensorFile",
        "unpackBits",
        "writeTensorFile",
      ],
    ]
  `);
});

it('exports this under ./decode', () => {
  expect(Object.keys(decode).sort()).toEqual([
    'add',
    'decodeMatrices',
    'firstColumns',
    'gather',
    'matMul',
    'mul',
    'reshape',
    'slice',
    'transpose',
  ]);
});
