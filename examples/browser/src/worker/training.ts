// One training of the dense and the compressed network, with its reports.
import { createRandom } from '@gcompress/core';
import type { Digits } from '@gcompress/example-datasets';
import { cosineDecay, type LearningRate, setLearningRate } from '@gcompress/tfjs/callbacks';
import * as tf from '@tensorflow/tfjs-core';
import { LAYERS } from '../network/architecture.ts';
import { DENSE_BYTES } from '../network/sizes.ts';
import { BATCH_SIZE, compressionWindow, type Settings, totalSteps } from '../settings.ts';
import { CompressedNetwork } from './compressed-network.ts';
import { compressorFor, learningRateFor, plannedRank } from './compression.ts';
import { snapshot } from './snapshot.ts';
import { accuracy, batch, denseNetwork, disposeNetwork, kernelOf, LEARNING_RATE, readings } from './tf-network.ts';
import type { StepPoint, TrainingEvent } from './trainer-api.ts';

/** Milliseconds between two reports, after which messages of the page are read too. */
const REPORT_INTERVAL = 60;
/** Evaluations in a training, beside those at its turning points. */
const EVALUATIONS = 20;
/** The fewest steps between them: an evaluation takes as long as several steps. */
const EVALUATE_AFTER = 8;
const SEED = 1;

/**
 * Trains a dense network, from some step on together with a copy that becomes compressed; both see the same digits. Their networks
 * stay after the training, until {@link dispose}.
 */
export class Training {
  readonly dense = denseNetwork(SEED);
  compressed: CompressedNetwork | undefined;
  readonly #settings: Settings;
  readonly #digits: Readonly<Record<'train' | 'test', Digits>>;
  readonly #rank: number | undefined;
  /** Both rates fall to 0 at the end of the training. */
  readonly #rates: Readonly<Record<'dense' | 'compressed', LearningRate>>;
  #points: StepPoint[] = [];

  constructor(settings: Settings, digits: Readonly<Record<'train' | 'test', Digits>>) {
    this.#settings = settings;
    this.#digits = digits;
    this.#rank = plannedRank(compressorFor(settings));
    const steps = totalSteps(settings);
    this.#rates = {
      dense: cosineDecay({ initial: LEARNING_RATE, steps }),
      compressed: cosineDecay({ initial: learningRateFor(settings), steps }),
    };
  }

  /**
   * Trains to the end, or until the signal aborts.
   *
   * @returns steps done.
   */
  async run(emit: (event: TrainingEvent) => void, signal: AbortSignal): Promise<number> {
    const steps = totalSteps(this.#settings);
    const { begin, end } = compressionWindow(this.#settings);
    const turningPoints = new Set([1, begin + 1, end + 1, steps]);
    const every = Math.max(EVALUATE_AFTER, Math.round(steps / EVALUATIONS));
    let reported = performance.now();
    for (let step = 1; step <= steps; step++) {
      if (step === begin + 1) this.compressed = await CompressedNetwork.start(this.dense, this.#settings);
      this.#points.push(await this.#trainStep(step));
      const evaluate = step % every === 0 || turningPoints.has(step);
      if (!evaluate && performance.now() - reported < REPORT_INTERVAL) continue;
      emit({ kind: 'steps', points: this.#points });
      this.#points = [];
      if (evaluate) emit(this.#evaluation(step));
      await nextMessages();
      reported = performance.now();
      if (signal.aborted) return step;
    }
    return steps;
  }

  dispose(): void {
    disposeNetwork(this.dense);
    this.compressed?.dispose();
  }

  async #trainStep(step: number): Promise<StepPoint> {
    const { xs, ys } = batch(this.#digits.train, this.#batchOrder(step));
    setLearningRate(this.dense.optimizer, this.#rates.dense(step - 1));
    if (this.compressed) setLearningRate(this.compressed.model.optimizer, this.#rates.compressed(step - 1));
    try {
      return {
        step,
        denseLoss: (await this.dense.trainOnBatch(xs, ys)) as number,
        compressedLoss: await this.compressed?.trainOnBatch(xs, ys),
        alpha: this.compressed?.alpha ?? 1,
        bytes: this.compressed?.bytes ?? DENSE_BYTES,
      };
    } finally {
      tf.dispose([xs, ys]);
    }
  }

  /** The digits of a step, counted from 1: shuffled anew in each epoch, by the seed. */
  #batchOrder(step: number): Int32Array {
    const { digits, epochs } = this.#settings;
    const perEpoch = totalSteps(this.#settings) / epochs;
    const epoch = Math.floor((step - 1) / perEpoch);
    const order = createRandom(SEED * 1000 + epoch).shuffle(Int32Array.from({ length: digits }, (_, i) => i));
    const at = ((step - 1) % perEpoch) * BATCH_SIZE;
    return order.subarray(at, at + BATCH_SIZE);
  }

  #evaluation(step: number): TrainingEvent {
    const { test } = this.#digits;
    const [first] = LAYERS;
    const dense = readings(this.dense, test.images);
    const compressed = this.compressed && readings(this.compressed.model, test.images);
    const matrix = kernelOf(this.compressed?.model ?? this.dense, first.name).decompress();
    const hasForm = this.compressed !== undefined && this.compressed.alpha < 1;
    return {
      kind: 'evaluation',
      point: {
        step,
        denseAccuracy: accuracy(dense, test.labels),
        compressedAccuracy: compressed && accuracy(compressed, test.labels),
        readings: compressed ?? dense,
      },
      snapshot: snapshot(matrix, hasForm ? this.compressed?.compressed(first.name) : undefined, this.#rank),
    };
  }
}

/** Lets the worker read what the page has sent. */
function nextMessages(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
