// Reports on MobileNetV2 and LeNet-5, compressed without training. Writes docs/results/reports. With names as arguments, only these are written.
import { mkdirSync } from 'node:fs';
import { startBackend } from '@gcompress/example-program';
import { registerTrainingKernels } from '@gcompress/tfjs/backends';
import { lenet5 } from './lenet5.ts';
import { mobileNet } from './mobilenet.ts';
import { writeReport } from './write-report.ts';

const REPORTS = { 'lenet-5': lenet5, 'mobilenet-v2': mobileNet };
const folder = new URL('../../../docs/results/reports/', import.meta.url);

const wanted = process.argv.slice(2);
await startBackend('wasm');
registerTrainingKernels();
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(REPORTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const model = await make();
  if (model) console.log(`${name}.html: ${(await writeReport(model, folder)).toLocaleString('en-US')} bytes`);
}
