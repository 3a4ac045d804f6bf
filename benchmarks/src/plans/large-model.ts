// A network of 25 million drawn weights, for the time of a plan.
import { createRandom } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs';

const SIDES = [1024, 4096, 2048, 4096, 1000];

/** Four dense layers of normal weights with the variance 1 / inputs. */
export function largeModel(): io.ModelArtifacts {
  const random = createRandom(3);
  const widths = SIDES.slice(1);
  const layers = widths.map((units, i) => ({
    class_name: 'Dense',
    config: {
      name: `dense${i}`,
      units,
      activation: 'relu',
      use_bias: true,
      dtype: 'float32',
      ...(i === 0 && { batch_input_shape: [null, SIDES[0]] }),
    },
  }));
  const weightSpecs = widths.flatMap((units, i) => [
    { name: `dense${i}/kernel`, shape: [SIDES[i], units], dtype: 'float32' as const },
    { name: `dense${i}/bias`, shape: [units], dtype: 'float32' as const },
  ]);
  const weightData = weightSpecs.map(({ shape }) => {
    const values = shape.reduce((product, side) => product * side, 1);
    return Float32Array.from({ length: values }, () => random.normal() / Math.sqrt(shape[0])).buffer;
  });
  return {
    format: 'layers-model',
    modelTopology: {
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
      model_config: { class_name: 'Sequential', config: { name: 'large', layers } },
    },
    weightSpecs,
    weightData,
  };
}
