// The names of TensorFlow.js that modules of the user get: this program's copy, because classes and backends of another copy are unknown to it.

/** The names of `@tensorflow/tfjs`. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core') &
  typeof import('@tensorflow/tfjs-layers') &
  typeof import('@tensorflow/tfjs-converter');

/** Loads TensorFlow.js. */
export async function tensorFlow(): Promise<TensorFlow> {
  const [core, layers, converter] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-layers'),
    import('@tensorflow/tfjs-converter'),
  ]);
  return { ...core, ...converter, ...layers };
}
