// Checks that the stored form restores the same matrix.
import { type CompressedMatrix, elementCount, type Factor } from '@gcompress/core';
import { add, decodeMatrices, gather, matMul, mul, reshape, slice, transpose } from '@gcompress/core/decode';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { ConformanceError, ensure, onEach, sameJson, sameNumbers } from '../assertions/assertions.ts';
import { type Check, NotApplicable } from '../assertions/check.ts';
import { readBack } from '../samples/workbench.ts';
import { bytesOf, type Examples, storedBytes } from './algebra-checks.ts';

const OPERATIONS = [add, gather, matMul, mul, reshape, slice, transpose];

/** Checks what is written, and that reading restores all of it. */
export const storageChecks: readonly Check<Examples>[] = [
  {
    name: 'unpack restores what was packed',
    run: async (subject) =>
      onEach(await subject.examples(), ({ compressed }) => {
        assertSameFactors(compressed.format.unpack(structuredClone(compressed.pack())), compressed.factors);
      }),
  },
  {
    name: 'a file restores the matrix',
    run: async (subject) =>
      onEach(await subject.examples(), async ({ compressed }) => {
        const back = await readBack(compressed);
        ensure(sameJson(back.shape, compressed.shape), `shape came back as [${back.shape.join(', ')}]`);
        ensure(sameJson(back.config, compressed.config), `config came back as ${JSON.stringify(back.config)}`);
        assertSameFactors(back.factors, compressed.factors);
        ensure(sameNumbers(back.decompress().data, compressed.decompress().data), 'the matrix came back changed');
      }),
  },
  {
    name: 'a page that only decodes gets the same matrix',
    run: async (subject) =>
      onEach(await subject.examples(), ({ compressed }) => {
        const decoder = subject.decoder ?? { ...compressed.format, operations: OPERATIONS };
        const decoded = decodeMatrices(bytesOf(compressed), [decoder]);
        const [only] = Object.values(decoded);
        ensure(sameJson(only.shape, compressed.shape), `shape came back as [${only.shape.join(', ')}]`);
        ensure(sameNumbers(only.data, compressed.decompress().data), 'decodeMatrices gives another matrix');
      }),
  },
  {
    name: 'writing again gives the same bytes',
    run: async (subject) =>
      onEach(await subject.examples(), async ({ compressed }) => {
        const bytes = bytesOf(compressed);
        const { format, shape, config, factors } = compressed;
        const again = createCompressedMatrix(format, { shape, config, factors });
        ensure(sameNumbers(bytesOf(again), bytes), 'packing twice gives different bytes');
        ensure(sameNumbers(bytesOf(await readBack(compressed)), bytes), 'reading and writing again changes the bytes');
      }),
  },
  {
    name: 'the codec takes entropy coding off and puts it on again, bit for bit',
    run: async (subject) => {
      const examples = await subject.examples();
      if (!examples.every(({ compressed }) => compressed.format.codec))
        return new NotApplicable('the format has no codec');
      return onEach(examples, ({ compressed }) => assertCodec(compressed));
    },
  },
  {
    name: 'byteLength counts the stored bytes',
    run: async (subject) => onEach(await subject.examples(), ({ compressed }) => assertByteLength(compressed)),
  },
  {
    name: 'the stored form is no larger than the working form',
    run: async (subject) =>
      onEach(await subject.examples(), ({ compressed }) => {
        const working = Object.values(compressed.factors).reduce((bytes, { data }) => bytes + data.byteLength, 0);
        const stored = storedBytes(compressed);
        ensure(stored <= working + STORAGE_OVERHEAD, `${stored} bytes are stored for ${working} bytes of factors`);
      }),
  },
];

/** Bytes by which the stored form may be larger than the factors, for a small header of the format. */
const STORAGE_OVERHEAD = 64;

function assertByteLength(compressed: CompressedMatrix): void {
  const packed = storedBytes(compressed);
  ensure(compressed.byteLength === packed, `byteLength is ${compressed.byteLength}, packed tensors take ${packed}`);
  const file = bytesOf(compressed);
  const header = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  ensure(file.length === header + packed, `the file takes ${file.length - header} bytes besides its header`);
  const ratio = (elementCount(compressed.shape) * 4) / packed;
  ensure(compressed.compressionRatio === ratio, `compressionRatio is ${compressed.compressionRatio}, not ${ratio}`);
}

function assertCodec({ format, factors, pack }: CompressedMatrix): void {
  const packed = pack();
  const decoded = format.codec?.decode(structuredClone(packed));
  if (!decoded) throw new ConformanceError('the codec cannot restore what the format packs');
  assertSameFactors(format.unpack(structuredClone(decoded)), factors);
  const names = Object.keys(packed.tensors);
  const encoded = format.codec?.encode(structuredClone(decoded), names) ?? {};
  ensure(sameJson(Object.keys(encoded).sort(), [...names].sort()), `tensors became ${Object.keys(encoded).join(', ')}`);
  for (const name of names) {
    ensure(sameJson(encoded[name].shape, packed.tensors[name].shape), `tensor '${name}' has another shape`);
    ensure(sameNumbers(encoded[name].data, packed.tensors[name].data), `the values of tensor '${name}' changed`);
  }
}

/** Factors equal in name, shape, dtype, role and every value. */
export function assertSameFactors(
  actual: Readonly<Record<string, Factor>>,
  expected: Readonly<Record<string, Factor>>,
): void {
  const names = Object.keys(expected).sort();
  ensure(sameJson(Object.keys(actual).sort(), names), `factors came back as ${Object.keys(actual).join(', ')}`);
  for (const name of names) {
    const { shape, dtype, trainable, data } = actual[name];
    const was = expected[name];
    ensure(sameJson(shape, was.shape), `factor '${name}' came back as [${shape.join(', ')}]`);
    ensure(dtype === was.dtype, `factor '${name}' came back as ${dtype}`);
    ensure(trainable === was.trainable, `factor '${name}' came back ${trainable ? '' : 'not '}trainable`);
    ensure(sameNumbers(data, was.data), `the values of factor '${name}' came back changed`);
  }
}
