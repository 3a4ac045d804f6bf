// A format for matrices that are not compressed.
import { type CompressedFormat, floatFactor } from '@gcompress/core';
import { assertVersion, packedTensor } from '@gcompress/core/storage';

/** A matrix that is not compressed, so that one file can hold all of a network. Stored form, version 1: float32 values. */
export const plainFormat: CompressedFormat<'values'> = {
  id: 'example-cifar10/plain',
  version: 1,
  product: ['values'],
  reconstruct: (_ops, { values }) => values,
  multiply: (ops, x, { values }) => ops.matMul(x, values),
  pack: ({ factors: { values } }) => ({ values: { shape: values.shape, data: values.data } }),
  unpack(packed) {
    assertVersion(packed, 1);
    const { shape, data } = packedTensor(packed, 'values', 'float32', packed.shape);
    return { values: floatFactor(shape, data) };
  },
};
