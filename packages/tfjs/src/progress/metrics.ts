// Losses and metrics as `fit` reports them.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import { Tensor } from '@tensorflow/tfjs-core';
import type { Callback } from '@tensorflow/tfjs-layers';

/** Losses and metrics by name, as `fit` hands them to callbacks. */
export type Logs = Parameters<Callback['onBatchEnd']>[1];

/** Losses and metrics as numbers. The tensors are not disposed, because other callbacks may read them. */
export async function metricsOf(logs: Logs = {}): Promise<Record<string, number>> {
  assertLogs('metrics', logs);
  const entries = Object.entries(logs).filter(([name]) => name !== 'batch' && name !== 'size');
  const values = await Promise.all(entries.map(([, value]) => numberOf(value)));
  return Object.fromEntries(entries.map(([name], i) => [name, values[i]]));
}

function assertLogs(where: string, logs: unknown): asserts logs is NonNullable<Logs> {
  assertType(where, 'logs', logs, 'object');
}

async function numberOf(value: number | Tensor): Promise<number> {
  return value instanceof Tensor ? (await value.data())[0] : value;
}

/**
 * Checks that an epoch reports a metric.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertMetric(where: string, monitor: string, logs: NonNullable<Logs>): void {
  assertLogs(where, logs);
  if (Object.hasOwn(logs, monitor)) return;
  throw new GCompressError('invalid-option', {
    where: `${where} monitor`,
    expected: `a metric among ${Object.keys(logs).join(', ')}`,
    actual: `'${monitor}'`,
    hint: 'Metrics with val_ need validationData or validationSplit in fit.',
  });
}
