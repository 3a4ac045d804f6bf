// Loads a module that registers classes of layers, or ops of graphs, which TensorFlow.js does not know.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inputError, messageOf } from '../process/refusals.ts';
import { tensorFlow } from './tensor-flow.ts';

/**
 * Loads a module of the user. Its default export, if it has one, is called with the names of `@tensorflow/tfjs` that this program uses: classes
 * must extend the `Layer` of the TensorFlow.js that runs them.
 *
 * @param name the path of a module, relative to `cwd`.
 * @throws GCompressError `file-read` if the module cannot be loaded, or throws.
 */
export async function registerClasses(name: string, cwd: string): Promise<void> {
  const expected =
    'a module that registers layers, by a default export such as (tf) => tf.serialization.registerClass(…)';
  const tf = await tensorFlow();
  try {
    const { default: register } = await import(pathToFileURL(resolve(cwd, name)).href);
    if (register !== undefined) await register(tf);
  } catch (cause) {
    throw inputError(`'${name}'`, expected, messageOf(cause));
  }
}
