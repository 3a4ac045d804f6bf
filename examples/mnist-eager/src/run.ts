// One run of the program: trains a model, tests it and prints its size.
import { mnist } from '@gcompress/example-datasets';
import { startBackend } from '@gcompress/example-program';
import Table from 'cli-table3';
import { leNet5, type Model, twoLayerModel } from './models.ts';
import type { Options } from './options.ts';
import { accuracyOf, train } from './training.ts';

/** Trains the model that the options ask for, and says how well it reads other digits and how large it is. */
export async function run(options: Options, log: (line: string) => void): Promise<void> {
  const { useLeNet, hidden, hparams, seed, images, testImages } = options;
  const { name, reason } = await startBackend(options.backend);
  log(`Backend: ${name}. ${reason}`);
  const model = useLeNet ? await leNet5(hparams, seed) : twoLayerModel(hidden, hparams, seed);
  await train(model, mnist('train', images), {
    ...options,
    onEpoch(epoch, loss) {
      const { alpha } = model;
      log(`epoch ${epoch}: loss ${loss.toFixed(4)}${alpha === undefined ? '' : `, alpha ${alpha.toFixed(2)}`}`);
    },
  });
  const accuracy = await accuracyOf(model, mnist('test', testImages));
  log(`accuracy on ${testImages} other digits: ${(accuracy * 100).toFixed(2)} %`);
  log(valuesTable(model));
  model.dispose();
}

function valuesTable({ layers }: Model): string {
  const table = new Table({
    head: ['layer', 'values', 'compressed', 'part'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const rows = [...layers].map(([name, { values }]) => [name, values.dense, values.compressed] as const);
  const total = (index: 1 | 2) => rows.reduce((sum, row) => sum + row[index], 0);
  for (const [name, dense, compressed] of [...rows, ['all', total(1), total(2)] as const]) {
    table.push([
      name,
      dense.toLocaleString('en-US'),
      compressed.toLocaleString('en-US'),
      (compressed / dense).toFixed(3),
    ]);
  }
  return table.toString();
}
