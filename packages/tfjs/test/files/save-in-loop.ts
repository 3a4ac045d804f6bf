import { modelFolder } from '../../src/files/model-folder.ts';

/** Saves models whose description and weights hold the same number, without end or `count` times: folder, first number, count. */
const [folder = '', first = '0', count = 'Infinity'] = process.argv.slice(2);
for (let i = 0; i < Number(count); i++) {
  const value = Number(first) + i;
  await modelFolder(folder).save?.({
    userDefinedMetadata: { value },
    weightSpecs: [{ name: 'w', shape: [5000], dtype: 'float32' }],
    weightData: new Float32Array(5000).fill(value).buffer,
  });
}
