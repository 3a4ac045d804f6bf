// Leaves out of the topology of a layers model what TensorFlow.js assumes where a layer does not say it.

/** Values that stock layers assume, by the names that several kinds of layers share; `*` stands for any beginning. */
const ASSUMED: readonly (readonly [name: string, value: string])[] = [
  ['trainable', 'true'],
  ['use_bias', 'true'],
  ['data_format', '"channels_last"'],
  ['*_regularizer', 'null'],
  ['*_constraint', 'null'],
  ['bias_initializer', '{"class_name":"Zeros","config":{}}'],
  ['beta_initializer', '{"class_name":"Zeros","config":{}}'],
  ['gamma_initializer', '{"class_name":"Ones","config":{}}'],
  ['moving_mean_initializer', '{"class_name":"Zeros","config":{}}'],
  ['moving_variance_initializer', '{"class_name":"Ones","config":{}}'],
];
/** Layers of TensorFlow.js, some by the beginning of their names; other classes may treat a missing value in any way. */
const STOCK =
  /^(Dense|Conv[123]D(Transpose)?|SeparableConv2D|DepthwiseConv2D|BatchNormalization|LayerNormalization|(SimpleRNN|GRU|LSTM|ConvLSTM2D)(Cell)?|(Global)?(Max|Average)Pooling[123]D|Flatten|(Spatial|Gaussian|Alpha)?Dropout(1D)?|GaussianNoise|Activation|(Leaky|P|Thresholded)?ReLU|ELU|Softmax|Add|Multiply|Average|Maximum|Minimum|Concatenate|Dot|Reshape|Permute|RepeatVector|ZeroPadding2D|UpSampling2D|Cropping2D|Masking|Embedding|InputLayer)$/;

/** A copy of a JSON value in which stock layers say only what differs from what they assume. */
export function leanTopology<T>(value: T): T {
  if (Array.isArray(value)) return value.map(leanTopology) as T;
  if (typeof value !== 'object' || value === null) return value;
  const { class_name: name, config } = value as { readonly class_name?: unknown; readonly config?: unknown };
  const isStock = typeof name === 'string' && STOCK.test(name) && typeof config === 'object' && config !== null;
  const given = isStock ? { ...value, config: withoutAssumed(config) } : value;
  return Object.fromEntries(Object.entries(given).map(([key, entry]) => [key, leanTopology(entry)])) as T;
}

function withoutAssumed(config: object): object {
  return Object.fromEntries(Object.entries(config).filter(([key, value]) => !isAssumed(key, JSON.stringify(value))));
}

function isAssumed(key: string, value: string): boolean {
  return ASSUMED.some(([name, assumed]) => {
    const isNamed = name.startsWith('*') ? key.endsWith(name.slice(1)) : key === name;
    return isNamed && value === assumed;
  });
}
