// The callback that writes summaries of the compression.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { Callback } from '@tensorflow/tfjs-layers';
import { compressionOps } from '../checkpoints/compression-state.ts';
import { type Logs, metricsOf } from '../progress/metrics.ts';
import { type CompressionSummaryOptions, compressionSummaries } from '../summaries/compression-summaries.ts';
import type { Summary, SummaryWriter } from '../summaries/summary.ts';
import { StepCallback, type TrainingStep } from './step-callback.ts';

/** Options of {@link summaryCallback}. */
export interface SummaryCallbackOptions extends CompressionSummaryOptions {
  /** Steps between two sets of summaries. Default 100. */
  readonly every?: number;
}

/**
 * A callback that writes summaries of each compressed layer, and the loss and metrics of the batch: at step 0, after every `every`
 * steps, and at the end of the training. After each epoch it also writes the validation metrics (`val_…`). Writers stay open: close
 * them after the last `fit`.
 *
 * @param writers receive the summaries one after the other: files, or any `{ write(summaries) {} }`.
 * @throws GCompressError `invalid-option` or `unknown-option`; while training, what the writers throw.
 */
export function summaryCallback(writers: readonly SummaryWriter[], options: SummaryCallbackOptions = {}): Callback {
  return new SummaryCallback(writers, options);
}

class SummaryCallback extends StepCallback {
  protected readonly where = 'summaryCallback';
  readonly #every: number;
  readonly #options: CompressionSummaryOptions;
  #lastStep = -1;

  constructor(
    private readonly writers: readonly SummaryWriter[],
    options: SummaryCallbackOptions,
  ) {
    super();
    const { where } = this;
    assertWriters(writers);
    assertKnownOptions(where, options, ['name', 'every']);
    const { every = 100, name } = options;
    assertNumber(where, 'every', every, { min: 1, integer: true });
    if (name !== undefined) assertType(where, 'name', name, 'string');
    this.#every = every;
    this.#options = name === undefined ? {} : { name };
  }

  override async onTrainBegin(): Promise<void> {
    await super.onTrainBegin();
    // Earlier trainings wrote their last step themselves
    this.#lastStep = this.steps - 1;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    await super.onEpochEnd(epoch, logs);
    const validated = Object.entries(await metricsOf(logs)).filter(([name]) => name.startsWith('val_'));
    await this.#write(asSummaries(Object.fromEntries(validated), this.steps - 1));
  }

  override async onTrainEnd(): Promise<void> {
    await super.onTrainEnd();
    const step = this.steps - 1;
    if (step > this.#lastStep) await this.afterStep({ step, metrics: {} });
  }

  protected isDue(step: number): boolean {
    return step % this.#every === 0;
  }

  protected async afterStep({ step, metrics }: TrainingStep): Promise<void> {
    this.#lastStep = step;
    const layers: Summary[] = [];
    for (const op of compressionOps(this.fitted)) layers.push(...(await compressionSummaries(op, this.#options)));
    // One step number for all: an operator counts fewer steps if the model was trained before it was compressed
    await this.#write([...asSummaries(metrics, step), ...layers.map((summary) => ({ ...summary, step }))]);
  }

  async #write(summaries: readonly Summary[]): Promise<void> {
    if (summaries.length === 0) return;
    for (const writer of this.writers) await writer.write(summaries);
  }
}

function asSummaries(values: Readonly<Record<string, number>>, step: number): Summary[] {
  return Object.entries(values).map(([tag, value]) => ({ tag, step, value }));
}

function assertWriters(writers: readonly SummaryWriter[]): void {
  const given: unknown = writers;
  const wrong: unknown = Array.isArray(given)
    ? given.find((writer: Partial<SummaryWriter> | null | undefined) => typeof writer?.write !== 'function')
    : given;
  if (Array.isArray(given) && given.every((writer) => typeof writer?.write === 'function')) return;
  throw new GCompressError('invalid-option', {
    where: 'summaryCallback writers',
    expected: 'a list of objects with a method write',
    actual: Array.isArray(given) ? `a list with ${describeValue(wrong)}` : describeValue(wrong),
    hint: 'Pass [csvFile(path)], or [{ write(summaries) {} }].',
  });
}
