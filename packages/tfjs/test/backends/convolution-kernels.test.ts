// The gradients of 2-D and depthwise convolutions on wasm equal those of cpu.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAgreement, normal, on, runKernel, startBackends } from './both-backends.ts';

type Padding = number | 'same' | 'valid' | tf.backend_util.ExplicitPadding;
type Four = [number, number, number, number];

interface Convolution {
  readonly x: Four;
  readonly filter: Four;
  readonly strides: [number, number];
  readonly pad: Padding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

beforeAll(startBackends);

const sides = fc.integer({ min: 1, max: 3 });
const explicit: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [2, 1],
  [0, 3],
  [0, 0],
];

/** Small convolutions whose window fits the padded image. */
const convolutions: fc.Arbitrary<Convolution> = fc
  .record({
    image: fc.tuple(sides, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), sides),
    window: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), sides),
    strides: fc.tuple(sides, sides),
    pad: fc.constantFrom<Padding[]>('same', 'valid', 0, 1, 3, explicit),
  })
  .map(({ image, window: [h, w, out], strides, pad }) => ({
    x: image as Four,
    filter: [h, w, image[3], out] as Four,
    strides: strides as [number, number],
    pad,
  }))
  .filter(fits);

function fits(convolution: Convolution): boolean {
  const { outHeight, outWidth } = infoOf(convolution, false);
  return outHeight > 0 && outWidth > 0;
}

function infoOf({ x, filter, strides, pad, dimRoundingMode }: Convolution, depthwise: boolean) {
  return tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad, dimRoundingMode, depthwise);
}

/** Cases that chance may miss. */
const named: Record<string, Convolution> = {
  'a stride that leaves rows of the image out': {
    x: [2, 7, 6, 2],
    filter: [2, 2, 2, 3],
    strides: [3, 3],
    pad: 'valid',
  },
  'a window of one value with a stride': { x: [2, 5, 5, 3], filter: [1, 1, 3, 2], strides: [2, 2], pad: 'same' },
  'a window as large as the image': { x: [3, 4, 5, 2], filter: [4, 5, 2, 2], strides: [1, 1], pad: 'valid' },
  'padding wider than the window': { x: [1, 3, 3, 1], filter: [2, 2, 1, 2], strides: [1, 1], pad: 3 },
  'an output of more than 25 values': { x: [2, 11, 9, 5], filter: [3, 2, 5, 4], strides: [1, 1], pad: 'same' },
  'rounding up': { x: [1, 4, 4, 2], filter: [3, 3, 2, 2], strides: [2, 2], pad: 0, dimRoundingMode: 'ceil' },
  'rounding to the nearest': {
    x: [1, 5, 6, 2],
    filter: [2, 2, 2, 1],
    strides: [2, 2],
    pad: 1,
    dimRoundingMode: 'round',
  },
};

const channelsFirst = (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]);

/** tfjs takes explicit padding in the order of the axes. */
function paddingChannelsFirst(pad: Padding): Padding {
  return Array.isArray(pad) ? [pad[0], pad[3], pad[1], pad[2]] : pad;
}

const kernels: Record<string, (convolution: Convolution) => () => tf.Tensor> = {
  Conv2DBackpropFilter: (convolution) => () => {
    const { x, filter: filterShape, ...attrs } = convolution;
    const dy = normal(infoOf(convolution, false).outShape, 2);
    return runKernel('Conv2DBackpropFilter', { x: normal(x, 1), dy }, { ...attrs, dataFormat: 'NHWC', filterShape });
  },
  'Conv2DBackpropFilter, channels first': (convolution) => () => {
    const { x, filter: filterShape, ...attrs } = convolution;
    const dy = channelsFirst(normal(infoOf(convolution, false).outShape, 2));
    const inputs = { x: channelsFirst(normal(x, 1)), dy };
    const pad = paddingChannelsFirst(attrs.pad);
    return runKernel('Conv2DBackpropFilter', inputs, { ...attrs, pad, dataFormat: 'NCHW', filterShape });
  },
  Conv2DBackpropInput: (convolution) => () => {
    const { x: inputShape, filter, ...attrs } = convolution;
    const inputs = { dy: normal(infoOf(convolution, false).outShape, 2), filter: normal(filter, 3) };
    return runKernel('Conv2DBackpropInput', inputs, { ...attrs, dataFormat: 'NHWC', inputShape });
  },
  'Conv2DBackpropInput, channels first': (convolution) => () => {
    const { x, filter, ...attrs } = convolution;
    const inputs = { dy: channelsFirst(normal(infoOf(convolution, false).outShape, 2)), filter: normal(filter, 3) };
    const pad = paddingChannelsFirst(attrs.pad);
    const inputShape = [x[0], x[3], x[1], x[2]];
    return runKernel('Conv2DBackpropInput', inputs, { ...attrs, pad, dataFormat: 'NCHW', inputShape });
  },
  DepthwiseConv2dNativeBackpropFilter: (convolution) => () => {
    const { x, filter: filterShape, ...attrs } = convolution;
    const dy = normal(infoOf(convolution, true).outShape, 2);
    const inputs = { x: normal(x, 1), dy };
    return runKernel('DepthwiseConv2dNativeBackpropFilter', inputs, { ...attrs, dilations: [1, 1], filterShape });
  },
  DepthwiseConv2dNativeBackpropInput: (convolution) => () => {
    const { x: inputShape, filter, ...attrs } = convolution;
    const dy = normal(infoOf(convolution, true).outShape, 2);
    const inputs = { dy, filter: normal(filter, 3) };
    return runKernel('DepthwiseConv2dNativeBackpropInput', inputs, { ...attrs, dilations: [1, 1], inputShape });
  },
};

describe.each(Object.entries(kernels))('%s on wasm equals cpu', (_name, kernel) => {
  it.each(Object.entries(named))('for %s', (_case, convolution) => {
    expectAgreement(kernel(convolution));
  });

  it('for any image, window, stride and padding', () => {
    fc.assert(
      fc.property(convolutions, (convolution) => expectAgreement(kernel(convolution))),
      { numRuns: 50, seed: 7 },
    );
  });
});

describe('Conv2DBackpropInput on wasm', () => {
  it.each([
    [1, true],
    [2, true],
    [3, false],
  ])('with stride %s runs on the forward kernel: %s', async (stride, forward) => {
    await tf.setBackend('wasm');
    const convolution: Convolution = { x: [1, 6, 6, 2], filter: [3, 3, 2, 3], strides: [stride, stride], pad: 'same' };
    const { kernelNames } = await tf.profile(() => tf.tidy(() => void kernels.Conv2DBackpropInput(convolution)()));
    expect(kernelNames.includes('Conv2D')).toBe(forward);
  });
});

/*
 * The cpu backend takes no account of dilation in these gradients. But a convolution y = f(x, w) is linear in both, so its
 * gradients must satisfy ⟨dy, f(x, w)⟩ = ⟨dx, x⟩ = ⟨dw, w⟩, whatever the dilation.
 */
describe('a dilated depthwise convolution', () => {
  it.each([
    ['valid', [2, 2]],
    ['same', [2, 3]],
    // A number as padding suits square windows only: tfjs computes the width of the output from their height
    [2, [2, 1]],
    [explicit, [3, 1]],
    [explicit, [2, 2]],
  ] as [Padding, [number, number]][])(
    'has the gradients of a bilinear map with padding %s, dilations %s',
    (pad, dilations) => {
      const { values } = on('wasm', () => {
        const [x, filter] = [normal([2, 9, 8, 3], 1) as tf.Tensor4D, normal([2, 3, 3, 2], 2) as tf.Tensor4D];
        const y = tf.depthwiseConv2d(x, filter, 1, pad as 'same', 'NHWC', dilations);
        const dy = normal(y.shape, 3);
        const attrs = { strides: 1, dilations, pad };
        const dx = runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape });
        const dw = runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape });
        return tf.stack([tf.sum(tf.mul(dy, y)), tf.sum(tf.mul(dx, x)), tf.sum(tf.mul(dw, filter))]);
      });
      expect(values[1]).toBeCloseTo(values[0], 3);
      expect(values[2]).toBeCloseTo(values[0], 3);
    },
  );
});
