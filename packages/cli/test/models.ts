// Small models in folders, and a way to run the program in the process of a test.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@gcompress/core';
import { stockFiles } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import * as tf from '@tensorflow/tfjs';
import type { io } from '@tensorflow/tfjs-core';
import { run } from '../src/program/run.ts';

/** How a command ended, and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program with these arguments in a folder. */
export async function gcompress(cwd: string, ...args: string[]): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const code = await run(args, '1.2.3', {
    cwd,
    env: {},
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { code, stdout, stderr };
}

/** A new, empty folder. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'gcompress-cli-'));
}

/** The JSON that a command printed. */
export function json({ stdout, stderr }: Outcome) {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** A network of two dense layers, 12 numbers to 4 probabilities; its weights are drawn from the seed. */
export function layersModel(seed = 1): io.ModelArtifacts {
  const dense = (name: string, units: number, activation: string, input = {}) => ({
    class_name: 'Dense',
    config: { name, units, activation, use_bias: true, dtype: 'float32', ...input },
  });
  const layers = [dense('hidden', 40, 'relu', { batch_input_shape: [null, 12] }), dense('out', 4, 'softmax')];
  return {
    format: 'layers-model',
    modelTopology: {
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
      model_config: { class_name: 'Sequential', config: { name: 'small', layers } },
    },
    ...weights(seed, {
      'hidden/kernel': [12, 40],
      'hidden/bias': [40],
      'out/kernel': [40, 4],
      'out/bias': [4],
    }),
  };
}

/** A network of six dense layers, 12 numbers to 4; its weights are drawn from the seed. */
export function deepModel(seed = 1): io.ModelArtifacts {
  const sides = [12, 32, 32, 32, 32, 32, 4];
  const layers = sides.slice(1).map((units, at) => ({
    class_name: 'Dense',
    config: {
      ...{ name: `dense${at}`, units, activation: units === 4 ? 'linear' : 'relu', use_bias: true, dtype: 'float32' },
      ...(at === 0 && { batch_input_shape: [null, 12] }),
    },
  }));
  const shapes = layers.map(({ config: { name, units } }, at): [string, number[]][] => [
    [`${name}/kernel`, [sides[at] ?? 0, units]],
    [`${name}/bias`, [units]],
  ]);
  return {
    format: 'layers-model',
    modelTopology: { model_config: { class_name: 'Sequential', config: { name: 'deep', layers } } },
    ...weights(seed, Object.fromEntries(shapes.flat())),
  };
}

/** Rows of 12 numbers that depend on 4 random ones, with a mean of 1, as values of a picture depend on each other. */
export function correlatedRows(count: number, seed = 1): number[][] {
  const random = createRandom(seed);
  const mix = Array.from({ length: 4 }, () => Array.from({ length: 12 }, () => random.normal()));
  return Array.from({ length: count }, () => {
    const hidden = mix.map(() => random.normal());
    return Array.from({ length: 12 }, (_, i) => hidden.reduce((sum, one, k) => sum + one * (mix[k]?.[i] ?? 0), 1));
  });
}

/** A network that takes pictures of 6 rows and 8 columns in RGB, and gives 3 probabilities. */
export function pictureModel(seed = 1): io.ModelArtifacts {
  const flatten = { name: 'flatten', batch_input_shape: [null, 6, 8, 3], dtype: 'float32' };
  const out = { name: 'out', units: 3, activation: 'softmax', use_bias: false };
  const layers = [
    { class_name: 'Flatten', config: flatten },
    { class_name: 'Dense', config: out },
  ];
  return {
    format: 'layers-model',
    modelTopology: { model_config: { class_name: 'Sequential', config: { name: 'pictures', layers } } },
    ...weights(seed, { 'out/kernel': [144, 3] }),
  };
}

/** A graph of one product, 16 numbers to 20. */
export function graphModel(seed = 1): io.ModelArtifacts {
  const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
  const dims = (...sides: number[]) => ({ dim: sides.map((size) => ({ size: `${size}` })) });
  return {
    format: 'graph-model',
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape: dims(-1, 16) } } },
        { name: 'kernel', op: 'Const', attr: float },
        { name: 'y', op: 'MatMul', input: ['x', 'kernel'], attr: float },
      ],
      library: {},
      versions: { producer: 1 },
    },
    signature: {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: dims(-1, 16) } },
      outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: dims(-1, 20) } },
    },
    ...weights(seed, { kernel: [16, 20] }),
  };
}

/** A graph of two products with the same values: 16 numbers to 20, twice. */
export function twinModel(): io.ModelArtifacts {
  const { modelTopology, weightSpecs = [], weightData, ...model } = graphModel();
  const { node, ...rest } = modelTopology as { readonly node: readonly { readonly name: string }[] };
  const [, kernel, y] = node;
  const twins = [
    { ...kernel, name: 'twin' },
    { ...y, name: 'z', input: ['x', 'twin'] },
  ];
  return {
    ...model,
    modelTopology: { ...rest, node: [...node, ...twins] },
    weightSpecs: [...weightSpecs, { ...weightSpecs[0], name: 'twin' }],
    weightData: Float32Array.of(
      ...new Float32Array(weightData as ArrayBuffer),
      ...new Float32Array(weightData as ArrayBuffer),
    ).buffer,
  };
}

/** A graph of a product and a cumulative product along its outputs, of which TensorFlow.js has no gradient. */
export function graphWithoutGradient(): io.ModelArtifacts {
  const { modelTopology, weightSpecs = [], weightData, signature, ...model } = graphModel();
  const { node, ...rest } = modelTopology as { readonly node: readonly object[] };
  const float = { T: { type: 'DT_FLOAT' } };
  const more = [
    { name: 'axis', op: 'Const', attr: { dtype: { type: 'DT_INT32' } } },
    {
      name: 'z',
      op: 'Cumprod',
      input: ['y', 'axis'],
      attr: { ...float, exclusive: { b: false }, reverse: { b: false } },
    },
  ];
  const { inputs, outputs } = signature as { readonly inputs: object; readonly outputs: { readonly y: object } };
  return {
    ...model,
    modelTopology: { ...rest, node: [...node, ...more] },
    signature: { inputs, outputs: { z: { ...outputs.y, name: 'z:0' } } },
    weightSpecs: [...weightSpecs, { name: 'axis', shape: [], dtype: 'int32' }],
    weightData: Uint8Array.of(...new Uint8Array(weightData as ArrayBuffer), 1, 0, 0, 0).buffer,
  };
}

/** `‖y − t‖ / ‖t‖` for the outputs y of a packed layers model and t of the original, on these rows. */
export async function outputError(original: io.ModelArtifacts, packed: Uint8Array, rows: number[][]): Promise<number> {
  const models = [
    await tf.loadLayersModel({ load: async () => original }),
    await tf.loadLayersModel(packedModel(packed)),
  ];
  const error = tf.tidy(() => {
    const [t, y] = models.map((model) => model.predict(tf.tensor2d(rows)) as tf.Tensor);
    return t && y ? (tf.norm(tf.sub(y, t)).dataSync()[0] ?? NaN) / (tf.norm(t).dataSync()[0] ?? NaN) : NaN;
  });
  for (const model of models) model.dispose();
  return error;
}

/** Writes a model as a folder with several shards, as the converter does it. */
export function writeModel(folder: string, artifacts: io.ModelArtifacts, shardBytes = 1200): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(stockFiles(artifacts, { shardBytes }))) {
    writeFileSync(join(folder, name), bytes);
  }
}

/** The model.json of a folder, changed by a function. */
export function changeModelJson(folder: string, change: (text: string) => string): void {
  const path = join(folder, 'model.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

function weights(seed: number, shapes: Readonly<Record<string, number[]>>) {
  const random = createRandom(seed);
  const specs = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' as const }));
  const values = specs.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  const data = Float32Array.from({ length: values.reduce((a, b) => a + b, 0) }, () => 0.3 * random.normal());
  return { weightSpecs: specs, weightData: data.buffer };
}
