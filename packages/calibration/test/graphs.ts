// Small graph models written by hand.
import * as tf from '@tensorflow/tfjs';

/** A node: op, inputs, and attributes besides its type. */
export type Node = readonly [op: string, inputs: readonly string[], attributes?: Readonly<Record<string, unknown>>];

/** A graph to be written as artifacts. */
export interface Graph {
  /** Shapes of the inputs; −1 for any side. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly constants: Readonly<Record<string, tf.Tensor>>;
  readonly nodes: Readonly<Record<string, Node>>;
  readonly output: string;
  readonly functions?: readonly object[];
}

const FLOAT = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
const DTYPES: Readonly<Record<string, string>> = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' };

/** The artifacts of a graph. The constants are copied and disposed. */
export function artifactsOfGraph({ inputs, constants, nodes, output, functions = [] }: Graph): tf.io.ModelArtifacts {
  const dims = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: `${size}` })) });
  const names = Object.keys(constants);
  const bytes = names.map((name) => new Uint8Array(constants[name].dataSync().slice().buffer));
  const weightSpecs = names.map((name) => ({
    name,
    shape: constants[name].shape,
    dtype: constants[name].dtype as 'float32',
  }));
  const node = [
    ...Object.entries(inputs).map(([name, shape]) => ({
      name,
      op: 'Placeholder',
      attr: { ...FLOAT, shape: { shape: dims(shape) } },
    })),
    ...weightSpecs.map(({ name, dtype }) => ({ name, op: 'Const', attr: { dtype: { type: DTYPES[dtype] } } })),
    ...Object.entries(nodes).map(([name, [op, input, attr]]) => ({ name, op, input, attr: { ...FLOAT, ...attr } })),
  ];
  for (const name of names) constants[name].dispose();
  return {
    modelTopology: { node, library: { function: functions }, versions: { producer: 1 } },
    format: 'graph-model',
    signature: {
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, shape]) => [
          name,
          { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: dims(shape) },
        ]),
      ),
      outputs: { [output]: { name: `${output}:0`, dtype: 'DT_FLOAT' } },
    },
    weightSpecs,
    weightData: Uint8Array.from(bytes.flatMap((part) => [...part])).buffer,
  } as tf.io.ModelArtifacts;
}

/** The graph model of artifacts. */
export function graphModel(artifacts: tf.io.ModelArtifacts): Promise<tf.GraphModel> {
  return tf.loadGraphModel({ load: async () => artifacts });
}

export const flag = (b: boolean) => ({ b });
export const text = (s: string) => ({ s: btoa(s) });
export const integers = (...i: number[]) => ({ list: { i: i.map(String) } });

/** Attributes of a convolution over pictures. */
export function geometry(padding: string, strides = 1, dilation = 1, format = 'NHWC') {
  const sides = (side: number) => integers(1, side, side, 1);
  return {
    padding: text(padding),
    strides: sides(strides),
    dilations: sides(dilation),
    data_format: text(format),
  };
}
