// Models as the artifacts that TensorFlow.js loads, read from the files of npm packages.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type * as tf from '@tensorflow/tfjs';

interface ModelJson extends tf.io.ModelJSON {
  readonly weightsManifest: tf.io.WeightsManifestConfig;
}

/** A `model.json` with its files of weights beside it. */
export function modelFiles(path: string): tf.io.ModelArtifacts {
  const folder = dirname(path);
  return artifacts(JSON.parse(readFileSync(path, 'utf8')), (name) => readFileSync(join(folder, name)));
}

/** A model whose files were turned into scripts, weights in base64, as the package `nsfwjs` holds them. */
export function scriptFiles(folder: string): tf.io.ModelArtifacts {
  const model = exportOf(join(folder, 'model.min.js')) as ModelJson;
  return artifacts(JSON.parse(JSON.stringify(model)), (name) =>
    Buffer.from(String(exportOf(join(folder, `${name}.min.js`))), 'base64'),
  );
}

function artifacts({ weightsManifest, ...model }: ModelJson, read: (name: string) => Uint8Array): tf.io.ModelArtifacts {
  const groups = weightsManifest;
  const data = Buffer.concat(groups.flatMap(({ paths }) => paths.map(read)));
  return {
    ...model,
    weightSpecs: groups.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(data).buffer,
  };
}

/** The exports of a CommonJS script, which runs without access to this process. */
function exportOf(path: string): unknown {
  const module = { exports: {} };
  runInNewContext(readFileSync(path, 'utf8'), { module, exports: module.exports });
  return module.exports;
}
