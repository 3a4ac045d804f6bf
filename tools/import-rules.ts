/** What the source of each package may import from the workspace: the diagram of ARCHITECTURE.md as data. */
export const IMPORT_RULES: Readonly<Record<string, readonly string[]>> = {
  core: [],
  linalg: ['core'],
  scheduler: ['core'],
  lowrank: ['core', 'linalg'],
  simhash: ['core', 'linalg'],
  dictlearn: ['core', 'linalg'],
  kmeans: ['core'],
  blocks: ['core', 'linalg'],
  pruning: ['core'],
  coder: ['core'],
  testkit: ['core'],
  tfjs: ['core', 'scheduler'],
  'create-gcompress-compressor': [],
};

/** Decoders, and what they are made of, are carried by pages that only decode: they may import the contract alone. */
export const DECODER_ENTRY = 'src/format.ts';
export const DECODER_IMPORTS: readonly string[] = ['core'];
