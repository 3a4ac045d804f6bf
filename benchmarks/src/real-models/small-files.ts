// Small files of one model, stock ones and packed ones, each with its bytes and its quality.
import { calibrate } from '@gcompress/calibration';
import type { InputMoments } from '@gcompress/core';
import { type PackOptions, pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import type { RealModel } from './models.ts';
import type { Pictures } from './pictures.ts';
import { type Outputs, outputsOf, startModel } from './run-model.ts';
import { type StockType, stockFile } from './stock-rivals.ts';

/** What a file was made with besides the model. */
export type Knowledge = 'stock' | 'no data' | 'inputs';

/** One small file. */
export interface SmallFile {
  readonly title: string;
  readonly knowledge: Knowledge;
  /** Bytes of the whole file. */
  readonly bytes: number;
  /** As the model's measure compares outputs. */
  readonly quality: readonly number[];
}

/** All files of a model. */
export interface ModelFiles {
  readonly files: readonly SmallFile[];
  /** What a reader should know. */
  readonly notes: readonly string[];
}

const STOCK: readonly StockType[] = ['float16', 8, 7, 6, 5, 4];
const BITS = [7, 6, 5, 4];

/** Makes all files of a model and measures them on the inputs for evaluation. */
export async function smallFiles(model: RealModel, folder: string, pictures: Pictures): Promise<ModelFiles> {
  const artifacts = model.read(folder);
  const seen = model.inputs('evaluation', pictures);
  const original = await answersOf(model, tf.io.fromMemory(artifacts), seen);
  const note = model.measure.note?.(original);
  const notes = note === undefined ? [] : [note];
  const files: SmallFile[] = [];
  const add = async (title: string, knowledge: Knowledge, bytes: number, handler: tf.io.IOHandler) => {
    const quality = model.measure.compare(original, await answersOf(model, handler, seen));
    files.push({ title, knowledge, bytes, quality });
    console.error(model.title, title, bytes, ...model.measure.print(quality));
  };
  const addPacked = async (title: string, knowledge: Knowledge, options: PackOptions) => {
    const { bytes } = await pack(artifacts, options);
    await add(title, knowledge, bytes.length, packedModel(bytes));
  };

  const weights = tf.io.decodeWeights(artifacts.weightData as ArrayBuffer, artifacts.weightSpecs ?? []);
  for (const type of STOCK) {
    const stock = stockFile(artifacts, weights, type);
    await add(stockTitle(type), 'stock', stock.bytes, tf.io.fromMemory(stock.artifacts));
  }
  tf.dispose(weights);
  for (const bits of BITS) {
    await addPacked(`pack, ${bits} bits`, 'no data', { method: uniform({ bits, steps: 'column' }) });
  }
  const moments = await calibrated(model, artifacts, pictures);
  if (typeof moments === 'string') notes.push(`Not calibrated: ${moments}`);
  else {
    for (const bits of BITS) {
      const method = uniform({ bits, steps: 'column' });
      await addPacked(`pack, ${bits} bits, calibrated`, 'inputs', { method, inputMoments: moments });
    }
  }
  seen.dispose();
  return { files, notes };
}

function stockTitle(type: StockType): string {
  if (type === 8) return 'uint8 of the converter, gzip';
  return type === 'float16' ? 'float16, gzip' : `even levels, ${type} bits, gzip`;
}

async function answersOf(model: RealModel, handler: tf.io.IOHandler, inputs: tf.Tensor): Promise<Outputs> {
  const running = await startModel(handler, model.hidden);
  const outputs = outputsOf(running, inputs, model.batchSize);
  running.dispose();
  return outputs;
}

/** The moments of the inputs for calibration, or why there are none. */
async function calibrated(
  model: RealModel,
  artifacts: tf.io.ModelArtifacts,
  pictures: Pictures,
): Promise<ReadonlyMap<string, InputMoments> | string> {
  const running = await startModel(tf.io.fromMemory(artifacts), model.hidden);
  const inputs = model.inputs('calibration', pictures);
  try {
    const watched = running.model as Parameters<typeof calibrate>[0];
    const { moments } = await calibrate(watched, inputs, { batchSize: model.batchSize });
    return moments;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    inputs.dispose();
    running.dispose();
  }
}
