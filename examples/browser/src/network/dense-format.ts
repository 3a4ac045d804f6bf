// A format of the page's own for matrices that are not compressed.
import { type CompressedFormat, type CompressedMatrix, floatFactor, type Matrix } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { assertVersion, packedTensor } from '@gcompress/core/storage';

/**
 * A matrix as it is, in float32: for what a file must hold beside the compressed matrices. A format of the page's own, as any
 * application can have one.
 */
export const denseFormat: CompressedFormat<'values'> = {
  id: 'mnist-page/dense',
  version: 1,
  reconstruct: (_ops, { values }) => values,
  pack: ({ factors: { values } }) => ({ values: { shape: values.shape, data: values.data } }),

  unpack(packed) {
    assertVersion(packed, 1);
    const { shape, data } = packedTensor(packed, 'values', 'float32', [...packed.shape]);
    return { values: floatFactor(shape, data) };
  },
};

/** The matrix in {@link denseFormat}. */
export function uncompressed({ shape, data }: Matrix): CompressedMatrix {
  return createCompressedMatrix(denseFormat, { shape, config: {}, factors: { values: floatFactor(shape, data) } });
}
