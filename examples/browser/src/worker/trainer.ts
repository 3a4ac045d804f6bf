// The trainer in the worker, which the page calls.
import type { Digits } from '@gcompress/example-datasets';
import { selectBackend } from '@gcompress/tfjs/backends';
import * as tf from '@tensorflow/tfjs-core';
import { loadDigits } from '../digits/digits.ts';
import { LAYERS } from '../network/architecture.ts';
import { fileFormats } from '../network/formats.ts';
import { classify, readNetwork, type StoredNetwork, weightBytes, writeNetwork } from '../network/stored-network.ts';
import { METHODS, type Settings } from '../settings.ts';
import { denseRows, resultRow } from './result-rows.ts';
import { snapshot } from './snapshot.ts';
import { probabilities, storedReadings } from './tf-network.ts';
import type { Backend, LoadedNetwork, Readings, TrainerApi, TrainingEvent, TrainingResult } from './trainer-api.ts';
import { Training } from './training.ts';

/** A compressed network as a file. */
interface NetworkFile {
  readonly network: StoredNetwork;
  readonly bytes: Uint8Array;
}

/** What the worker does for the page. */
export class Trainer implements TrainerApi {
  #digits: Readonly<Record<'train' | 'test', Digits>> | undefined;
  #training: Training | undefined;
  /** The training that is going on. */
  #running: { readonly abort: AbortController; readonly done: Promise<unknown> } | undefined;
  /** What can be downloaded. */
  #file: NetworkFile | undefined;
  /** Whether the file was loaded, and so takes the place of what was trained. */
  #loaded = false;

  async prepare(folder: string): Promise<Backend> {
    const { name, reason } = await selectBackend();
    const address = new URL(folder);
    const [train, test] = await Promise.all([loadDigits('train', address), loadDigits('test', address)]);
    this.#digits = { train, test };
    return { name, reason };
  }

  async train(settings: Settings, emit: (event: TrainingEvent) => void): Promise<TrainingResult> {
    // More than once where several trainings were asked for at the same time
    while (this.#running) await this.stop();
    const abort = new AbortController();
    const done = this.#train(settings, emit, abort.signal);
    this.#running = { abort, done };
    try {
      return await done;
    } finally {
      this.#running = undefined;
    }
  }

  async stop(): Promise<void> {
    this.#running?.abort.abort();
    await this.#running?.done.catch(() => undefined);
  }

  classify(pixels: Float32Array): Readings {
    const { dense, compressed } = this.#training ?? {};
    return {
      dense: dense && probabilities(dense, pixels),
      compressed:
        this.#loaded && this.#file
          ? classify(this.#file.network, pixels)
          : compressed && probabilities(compressed.model, pixels),
    };
  }

  file(): Uint8Array {
    if (!this.#file) throw new Error('There is no compressed network yet.');
    return this.#file.bytes;
  }

  async load(bytes: Uint8Array): Promise<LoadedNetwork> {
    const { test } = this.#dataSets();
    const network = await readNetwork(bytes, fileFormats);
    const [first] = LAYERS;
    const loaded = {
      ...(await resultRow(`From a file, ${methodOf(network)}`, network, bytes, test)),
      weightBytes: weightBytes(network),
      readings: storedReadings(network, test.images),
      snapshot: snapshot(undefined, network[first.name].weights),
    };
    this.#file = { network, bytes };
    this.#loaded = true;
    return loaded;
  }

  tensorCount(): number {
    return tf.memory().numTensors;
  }

  async #train(settings: Settings, emit: (event: TrainingEvent) => void, signal: AbortSignal): Promise<TrainingResult> {
    const digits = this.#dataSets();
    this.#training?.dispose();
    this.#file = undefined;
    this.#loaded = false;
    const training = new Training(settings, digits);
    this.#training = training;
    const steps = await training.run(emit, signal);
    const finished = !signal.aborted;
    const { dense, compressed } = training;
    if (compressed?.alpha !== 0) return { steps, finished, rows: [] };
    const network = compressed.stored();
    const bytes = writeNetwork(network);
    this.#file = { network, bytes };
    const row = await resultRow(`Compressed, ${METHODS[settings.method]}`, network, bytes, digits.test);
    return { steps, finished, rows: [...(await denseRows(dense, digits.test)), row] };
  }

  #dataSets() {
    if (!this.#digits) throw new Error('The digits are not loaded yet.');
    return this.#digits;
  }
}

/** The method that compressed the first matrix, in words. */
function methodOf(network: StoredNetwork): string {
  const { id } = network[LAYERS[0].name].weights.format;
  return Object.hasOwn(METHODS, id) ? METHODS[id as keyof typeof METHODS] : id;
}
