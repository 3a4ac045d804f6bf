// The job of the sweep: compresses a trained network to a size, and says how large and how exact the result is.
import { trainedMatrix } from '@gcompress/fixtures';
import { pack } from '@gcompress/packed';
import { compressNow } from '@gcompress/post-training';
import type { JobContext } from '@gcompress/sweep';

/** What the sweep varies. */
interface Configuration {
  /** Most bytes of the whole file. */
  readonly budget: number;
  /** Type of the values that are not compressed. */
  readonly rest: 'float16' | 'uint8';
}

export default async function compressJob({ budget, rest }: Configuration, { signal, onProgress }: JobContext) {
  const { artifacts, matrices, report } = await compressNow(network(), {
    budget: { bytes: budget },
    rest,
    signal,
    onProgress,
  });
  const { bytes } = await pack(artifacts, { matrices, rest });
  return { bytes: bytes.length, error: Math.max(...report.weights.map(({ relativeError }) => relativeError)) };
}

/** 300-100-10 without biases, the last layers of a network that was trained on Fashion-MNIST. Your own job loads its model here, such as by `modelFolder('model').load()`. */
function network() {
  const kernels = (['fc2', 'fc3'] as const).map((name) => ({ name, ...trainedMatrix(name) }));
  const layers = kernels.map(({ name, shape: [inputs, units] }) => ({
    class_name: 'Dense',
    config: { name, units, use_bias: false, batch_input_shape: [null, inputs] },
  }));
  return {
    modelTopology: { model_config: { class_name: 'Sequential', config: { name: 'network', layers } } },
    weightSpecs: kernels.map(({ name, shape }) => ({
      name: `${name}/kernel`,
      dtype: 'float32' as const,
      shape: [...shape],
    })),
    weightData: new Float32Array(kernels.flatMap(({ data }) => [...data])).buffer,
  };
}
