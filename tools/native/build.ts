// Builds @tensorflow/tfjs-node-gpu, which usually downloads its add-on and TensorFlow's C library while it is installed: here
// the add-on is compiled from the package's source, against the C library in a wheel of TensorFlow. `--force` starts anew.
import { resolve } from 'node:path';
import { buildAddOn, installPackage } from './add-on.ts';
import { missingPrerequisites } from './prerequisites.ts';
import { fetchTensorFlow } from './tensorflow.ts';

const force = process.argv.includes('--force');

try {
  const missing = missingPrerequisites(resolve(import.meta.dirname, '../..'));
  if (missing.length > 0) throw new Error(missing.join('\n'));
  installPackage(force);
  const steps = [
    ['TensorFlow', fetchTensorFlow],
    ['the add-on', buildAddOn],
  ] as const;
  for (const [what, make] of steps) console.log(`${what}: ${make(force) ? 'made' : 'is there already'}`);
} catch (error) {
  console.error(`The native backend cannot be built:\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
