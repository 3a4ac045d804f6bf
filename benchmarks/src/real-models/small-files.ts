// Makes small files of one model, stock and packed, and measures bytes and quality of each.

import {
  type Calibration,
  calibrate,
  channelGains,
  correctBiases,
  pairedInputs,
  syntheticInputs,
} from '@gcompress/calibration';
import { isGCompressError } from '@gcompress/core';
import { type PackOptions, pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { compressNow, sensitivities } from '@gcompress/post-training';
import { type UniformSettings, uniform } from '@gcompress/uniform';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { distilledFile } from './distilled-file.ts';
import type { RealModel } from './models.ts';
import type { Pictures } from './pictures.ts';
import { answersOf, type RunningModel, startModel } from './run-model.ts';
import { type StockType, stockFile } from './stock-rivals.ts';

/** The data that a file was made with, besides the model. */
export type Knowledge = 'stock' | 'no data' | 'inputs' | 'distilled';

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
  /** Notes for the reader. */
  readonly notes: readonly string[];
  /** Whether the run was stopped before all files were measured. */
  readonly isPart: boolean;
}

type ChannelGains = ReadonlyMap<string, Float64Array>;

/** Weights with fewer values stay as they are, such as the last layer of a classifier. */
const LEAST = 1000;
const ORDER: readonly Knowledge[] = ['stock', 'no data', 'inputs', 'distilled'];
const BITS = [7, 5];
const STOCK: readonly StockType[] = ['float16', 8, 7, 6, 5, 4];
/** Number of noise samples without inputs, and of inputs for channel gains. */
const SAMPLES = 16;

/** How a run keeps what it has measured. */
export interface Keeping {
  /** The files of a run that was stopped, which are not measured again. */
  readonly before: ModelFiles | undefined;
  /** Called after each file. */
  keep(files: ModelFiles): void;
}

/** Makes all files of a model and measures them on the inputs for evaluation: first those of the goals, last the stock files. */
export async function smallFiles(
  model: RealModel,
  folder: string,
  pictures: Pictures,
  { before, keep }: Keeping,
): Promise<ModelFiles> {
  const artifacts = model.read(folder);
  const seen = model.inputs('evaluation', pictures);
  const original = await answersOf(tf.io.fromMemory(artifacts), seen, model);
  const note = model.measure.note?.(original);
  const notes = note === undefined ? [] : [note];
  const files: SmallFile[] = [...(before?.files ?? [])];
  const isDone = (title: string, knowledge: Knowledge) =>
    files.some((file) => file.title === title && file.knowledge === knowledge);
  const kernels = await wasmKernels();
  const add = async (title: string, knowledge: Knowledge, bytes: number, handler: tf.io.IOHandler) => {
    const quality = model.measure.compare(original, await answersOf(handler, seen, model));
    files.push({ title, knowledge, bytes, quality });
    keep({ files: inOrder(files), notes, isPart: true });
    console.error(model.title, title, bytes, ...model.measure.print(quality));
  };
  const addPacked = async (title: string, knowledge: Knowledge, options: PackOptions) => {
    if (isDone(title, knowledge)) return;
    const { bytes } = await pack(artifacts, options);
    await add(title, knowledge, bytes.length, packedModel(bytes));
  };

  /** Files of the sizes of `parts`, by `compressNow`, with the means of the outputs in the biases. */
  const addBudgets = async (knowledge: Knowledge, known: Calibration, channelGains: ChannelGains) => {
    const uint8 = files.find(({ title }) => title === stockTitle(8))?.bytes ?? 0;
    for (const part of model.parts) {
      const title = `compressNow, to ${part}×, biases corrected`;
      if (isDone(title, knowledge)) continue;
      const options = { budget: { bytes: Math.floor(part * uint8) }, inputMoments: known.moments, channelGains };
      const small = await compressNow(artifacts, { ...options, minElements: LEAST, kernels }).catch(
        noteUnreachable(notes, `${title}, ${knowledge}`),
      );
      if (!small) continue;
      const { artifacts: corrected } = await correctBiases(artifacts, small.artifacts, known);
      const { bytes } = await pack(corrected, { matrices: small.matrices, rest: 'float16' });
      await add(title, knowledge, bytes.length, packedModel(bytes));
    }
  };

  /**
   * Files of the sizes of `parts`, with weights compressed one after the other for the inputs of the network compressed so far. Sensitivities
   * share the bytes where there are no gains.
   */
  const addSequential = async (knowledge: Knowledge, samples: tf.Tensor, known: Calibration, gains?: ChannelGains) => {
    const uint8 = files.find(({ title }) => title === stockTitle(8))?.bytes ?? 0;
    const isGraph = (artifacts.modelTopology as { readonly node?: unknown }).node !== undefined;
    const load = isGraph ? tf.loadGraphModel : tf.loadLayersModel;
    const titles = model.parts.map((part) => [part, `compressNow, sequential, to ${part}×`] as const);
    const open = titles.filter(([, title]) => !isDone(title, knowledge));
    if (open.length === 0) return;
    const batch = tf.slice(samples, [0], [Math.min(model.batchSize, samples.shape[0])]);
    const costs = gains
      ? { channelGains: gains }
      : { sensitivity: await sensitivities(artifacts, batch, { load, inputMoments: known.moments, kernels }) };
    batch.dispose();
    for (const [part, title] of open) {
      const small = await compressNow(artifacts, {
        budget: { bytes: Math.floor(part * uint8) },
        inputMoments: known.moments,
        ...costs,
        sequential: pairedInputs(samples, { load, batchSize: model.batchSize }),
        minElements: LEAST,
        kernels,
      }).catch(noteUnreachable(notes, `${title}, ${knowledge}`));
      if (!small) continue;
      const { bytes } = await pack(small.artifacts, { matrices: small.matrices });
      await add(title, knowledge, bytes.length, packedModel(bytes));
    }
  };

  const weights = tf.io.decodeWeights(artifacts.weightData as ArrayBuffer, artifacts.weightSpecs ?? []);
  const addStock = async (types: readonly StockType[]) => {
    for (const type of types) {
      if (isDone(stockTitle(type), 'stock')) continue;
      const stock = stockFile(artifacts, weights, type);
      await add(stockTitle(type), 'stock', stock.bytes, tf.io.fromMemory(stock.artifacts));
    }
  };
  await addStock([8]);

  const running = await startModel(tf.io.fromMemory(artifacts), model.hidden);
  const noise = syntheticInputs(running.model.inputs, 0, { count: SAMPLES, range: model.range, side: 48 })[0];
  const inputs = model.inputs('calibration', pictures);
  const gains = await orNote(notes, 'Gains were not measured', () => gainsOf(running, noise));
  const { plain, compensated } = gains ? model.errors : { plain: [], compensated: [] };
  const withGains = async (title: string, knowledge: Knowledge, settings: StepSettings, more: PackOptions) => {
    if (!gains) return;
    const method = methodFor(artifacts, gains, settings);
    await addPacked(`${title}, for ${percent(settings.error)}`, knowledge, {
      ...more,
      method,
      channelGains: gains,
      minElements: LEAST,
    });
  };
  for (const error of plain) {
    await withGains('pack, gains', 'no data', { error, rateWeight: 0.5, trellis: model.trellis }, {});
  }
  for (const [knowledge, samples] of [['no data', noise] as const, ['inputs', inputs] as const]) {
    const known = await orNote(notes, `With ${knowledge} moments were not summed`, () =>
      calibrate(running.model as Parameters<typeof calibrate>[0], samples, { batchSize: model.batchSize }),
    );
    if (known && gains) await addBudgets(knowledge, known, gains);
    for (const error of known ? compensated : []) {
      const moments = known && { inputMoments: known.moments };
      await withGains('pack, gains and moments', knowledge, { error, rateWeight: 0.25 }, { ...moments });
    }
    if (known && model.isSequential) await addSequential(knowledge, samples, known, gains);
    if (known && gains && model.distillation && knowledge === 'inputs') {
      const { part, steps } = model.distillation;
      const title = `distilled, ${steps} steps, ${part}×`;
      if (isDone(title, 'distilled')) continue;
      const bytes = Math.floor(part * (files.find((file) => file.title === stockTitle(8))?.bytes ?? 0));
      const small = { bytes, known, channelGains: gains, samples, minElements: LEAST, kernels };
      const distilled = await distilledFile(model, artifacts, model.distillation, small, pictures);
      notes.push(distilled.note);
      await add(title, 'distilled', distilled.bytes.length, packedModel(distilled.bytes));
    }
  }
  for (const bits of BITS) {
    await addPacked(`pack, ${bits} bits`, 'no data', { method: uniform({ bits, steps: 'column' }) });
  }
  await addStock(STOCK);
  tf.dispose([noise, inputs, seen, weights]);
  running.dispose();
  return { files: inOrder(files), notes, isPart: false };
}

/** Stock files first, then those without data, then those with inputs. */
function inOrder(files: readonly SmallFile[]): SmallFile[] {
  return [...files].sort((a, b) => ORDER.indexOf(a.knowledge) - ORDER.indexOf(b.knowledge));
}

function stockTitle(type: StockType): string {
  if (type === 8) return 'uint8 of the converter, gzip';
  return type === 'float16' ? 'float16, gzip' : `even levels, ${type} bits, gzip`;
}

/** Gains of the channels for all outputs that are compared. */
function gainsOf({ model, watched }: RunningModel, noise: tf.Tensor): Promise<ReadonlyMap<string, Float64Array>> {
  return channelGains((watched ?? model) as Parameters<typeof channelGains>[0], noise);
}

interface StepSettings extends UniformSettings {
  /** Relative error of the outputs. */
  readonly error: number;
}

/**
 * The method whose outputs have a given relative error, as predicted by gains: rounding to a step has a mean square error of step²/12, and all
 * weights contribute to the error. Depthwise kernels that are already uint8 stay uint8, because their channels share one gain.
 */
function methodFor(
  { weightSpecs = [] }: tf.io.ModelArtifacts,
  gains: ReadonlyMap<string, Float64Array>,
  { error, ...settings }: StepSettings,
): NonNullable<PackOptions['method']> {
  const own = weightSpecs.filter(({ name }) => gains.has(name));
  const count = own.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  const method = uniform({ step: error * Math.sqrt(12 / count), steps: 'importance', ...settings });
  const kept = new Set(own.filter(({ quantization }) => quantization?.dtype === 'uint8').map(({ name }) => name));
  return ({ name, kind }) => (!gains.has(name) || (kind === 'depthwise' && kept.has(name)) ? undefined : method);
}

function percent(part: number): string {
  return `${+(100 * part).toPrecision(2)} %`;
}

/** Turns a size that is too small into a note, so that the run continues. */
function noteUnreachable(notes: string[], what: string): (error: unknown) => undefined {
  return (error) => {
    if (!isGCompressError(error) || error.code !== 'budget-unreachable') throw error;
    notes.push(`${what}: not possible, ${error.details.actual} bytes are too few.`);
  };
}

/** Turns a failure into a note, so that the run continues. */
async function orNote<T>(notes: string[], what: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    notes.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
