// Measures the loaded models of a report: bytes of their weights in memory, and the time of a prediction.
import { arch, cpus, platform } from 'node:os';
import { storedModel } from '@gcompress/packed/stored';
import { type BatchLatency, measureLatency, type ReportedLatency, type ReportedMemory } from '@gcompress/report';
import { packedLayersModel, registerCompressedLayers } from '@gcompress/tfjs/layers';
import { dispose, type io, memory, type Tensor, tensor, version_core } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { GivenInputs } from '../inputs/input-types.ts';
import { decoders } from '../models/decoders.ts';
import { allMethods } from '../models/methods.ts';
import { isGraph } from '../models/model-kind.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { type RunOptions, runnable, runOnce, startRunning } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import { messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { type Batch, runBatches } from './run-batches.ts';

/** What is run. */
export interface RunsOptions extends RunOptions {
  /** Without inputs, batches of ones. */
  readonly given?: GivenInputs;
  /** Examples of the larger batch. */
  readonly batchSize: number;
  /** False measures no times, so that two reports of the same files are equal. */
  readonly latency: boolean;
}

/** The forms that are loaded. */
export interface LoadedForms {
  readonly original: OpenedModel;
  /** The packed file with dense weights. */
  readonly packed: io.ModelArtifacts;
  readonly packedBytes: Uint8Array;
}

/** What was measured, and why the rest was not. */
export interface MeasuredRuns {
  readonly memory?: ReportedMemory;
  readonly latency?: ReportedLatency;
  readonly notes: readonly string[];
}

type Loaded = Awaited<ReturnType<typeof runnable>>;

/** Loads the original and the packed model beside each other and measures them. A model that cannot run gets notes, not an error. */
export async function measureRuns(
  { original, packed, packedBytes }: LoadedForms,
  options: RunsOptions,
  surroundings: Surroundings,
): Promise<MeasuredRuns> {
  const models: Loaded[] = [];
  try {
    await startRunning(options, surroundings);
    const held: number[] = [];
    for (const artifacts of [original.artifacts, packed]) {
      const before = memory().numBytes;
      models.push(await runnable({ ...original, artifacts }));
      held.push(memory().numBytes - before);
    }
    const [before, after] = held as [number, number];
    const layers = isGraph(original.artifacts) ? {} : await packedLayersBytes(packedBytes);
    const { notes = [], ...inMemory } = layers;
    const measured = { memory: { original: before, packed: after, ...inMemory } };
    if (!options.latency) return { ...measured, notes };
    try {
      return { ...measured, latency: await latencyOf(models as [Loaded, Loaded], options, surroundings), notes };
    } catch (error) {
      return { ...measured, notes: [...notes, `Times are not measured: ${messageOf(error)}`] };
    }
  } catch (error) {
    return { notes: [`Time and memory are not measured: ${messageOf(error)}`] };
  } finally {
    for (const model of models) model.dispose();
  }
}

/** Bytes of the weights when packed layers hold the matrices; nothing where none of them is in a packed layer. */
async function packedLayersBytes(bytes: Uint8Array): Promise<{ packedLayers?: number; notes?: readonly string[] }> {
  try {
    const methods = await allMethods();
    registerCompressedLayers(methods);
    let kept = 0;
    const handler = packedLayersModel(storedModel(bytes, { formats: decoders() }), {
      methods,
      onReport: (matrices) => {
        kept = matrices.filter(({ layer }) => layer !== undefined).length;
      },
    });
    const before = memory().numBytes;
    const model = await loadLayersModel(handler);
    const held = memory().numBytes - before;
    model.dispose();
    return kept === 0 ? {} : { packedLayers: held };
  } catch (error) {
    return { notes: [`Packed layers are not measured: ${messageOf(error)}`] };
  }
}

async function latencyOf(
  [original, packed]: readonly [Loaded, Loaded],
  { backend, given, batchSize }: RunsOptions,
  surroundings: Surroundings,
): Promise<ReportedLatency> {
  const batches = await runBatches(original, given, batchSize);
  const measured = await withProgress('measuring times', surroundings, async (onProgress) => {
    const all: BatchLatency[] = [];
    for (const batch of batches) {
      const share = (done: number) => onProgress((all.length + done) / batches.length);
      all.push(await timesOf(original, packed, batch, share));
    }
    return all;
  });
  return { backend: `${backend}, TensorFlow.js ${version_core}`, machine: machine(), batches: measured };
}

async function timesOf(
  original: Loaded,
  packed: Loaded,
  batch: Batch,
  onProgress: (done: number) => void,
): Promise<BatchLatency> {
  const inputs: Tensor[] = batch.map(({ data, shape, dtype }) => tensor(data, [...shape], dtype));
  try {
    return await measureLatency(
      { original: () => runOnce(original, inputs), packed: () => runOnce(packed, inputs) },
      { batch: batch[0]?.shape[0] ?? 1, onProgress },
    );
  } finally {
    dispose(inputs);
  }
}

function machine(): string {
  const processors = cpus();
  const name = processors[0]?.model.trim() ?? 'unknown processor';
  const count = `${processors.length} processor${processors.length === 1 ? '' : 's'}`;
  return `${name}, ${count}, ${platform()} ${arch()}, Node ${process.versions.node}`;
}
