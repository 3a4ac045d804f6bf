// The same model as ordinary files: float32, float16 and uint8.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { asUint8 } from '@gcompress/example-mnist/rival';
import { pack, stockFiles } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { modelFolder } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';

/** Writes the model in float16, as stock files. */
export async function saveFloat16(given: tf.io.IOHandler, folder: string): Promise<void> {
  const { bytes } = await pack((await given.load?.()) ?? {}, { method: () => 'float16', rest: 'float16' });
  await mkdir(folder, { recursive: true });
  const files = stockFiles((await packedModel(bytes).load?.()) ?? {});
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

/** Writes the model in uint8, as the converter of TensorFlow.js does. */
export async function saveUint8(given: tf.io.IOHandler, folder: string): Promise<void> {
  const model = await tf.loadLayersModel(given);
  await model.save(asUint8(modelFolder(folder)));
  model.dispose();
}

/** Bytes of all files of a folder, gzipped if asked for. */
export async function folderBytes(folder: string, gzip: boolean): Promise<number> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  return files.reduce((sum, file) => sum + (gzip ? gzipSync(file, { level: 9 }) : file).length, 0);
}
