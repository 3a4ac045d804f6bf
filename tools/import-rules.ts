// What lives in each package and what its source may import: ARCHITECTURE.md is written from this table.

/** One package of the workspace. */
export interface PackageRule {
  /** What lives there. */
  readonly lives: string;
  /** Packages of the workspace that its source may import. */
  readonly imports: readonly string[];
}

const METHOD = 'one method each: an encoder at `.`, a decoder at `./format`';

export const PACKAGES: Readonly<Record<string, PackageRule>> = {
  core: {
    lives: 'the contract: matrices, factors, formats, methods, files; checks, storage and what hosts need at subpaths',
    imports: [],
  },
  linalg: { lives: 'numerics for the algorithms: products, QR, eigenproblem, SVD', imports: ['core'] },
  'wasm-kernels': {
    lives:
      'the kernels of `linalg` in WebAssembly: one module, inlined, for methods that are handed them; at `./load` what imports them on demand',
    imports: ['core', 'linalg'],
  },
  coder: {
    lives: 'the entropy coder for integers of weights: an encoder at `.`, a decoder at `./decode`',
    imports: ['core'],
  },
  scheduler: { lives: 'when to compress, and how alpha falls: pure functions of a state', imports: ['core'] },
  lowrank: { lives: METHOD, imports: ['core', 'linalg'] },
  simhash: { lives: METHOD, imports: ['core', 'linalg'] },
  dictlearn: { lives: METHOD, imports: ['core', 'coder', 'linalg'] },
  kmeans: { lives: METHOD, imports: ['core', 'coder', 'linalg'] },
  blocks: { lives: METHOD, imports: ['core', 'linalg'] },
  pruning: { lives: METHOD, imports: ['core', 'coder', 'linalg'] },
  uniform: { lives: METHOD, imports: ['core', 'coder', 'linalg'] },
  weights: {
    lives: 'which weights of a saved model are matrices, how each is read as one, and how graphs are read',
    imports: ['core'],
  },
  calibration: {
    lives: 'what flows through a trained model: second moments of the inputs of its matrices',
    imports: ['core', 'weights'],
  },
  testkit: { lives: 'the tests that every method must pass, of this project and of third parties', imports: ['core'] },
  tfjs: {
    lives:
      'operators at `.`, layers at `./layers`, callbacks at `./callbacks`, summaries at `./summaries`, backends at `./backends`, files that Node writes at `./files`',
    imports: ['core', 'scheduler', 'wasm-kernels'],
  },
  'inference-kernels': {
    lives:
      'products with compressed matrices in their stored form, for the wasm, cpu and webgpu backends of TensorFlow.js',
    imports: ['core', 'coder', 'pruning', 'simhash', 'tfjs'],
  },
  'graph-compression': {
    lives: 'the Python library: hyperparameters, its schedules, `ApplyCompression`, the wrapper',
    imports: ['core', 'scheduler', 'tfjs'],
  },
  units: {
    lives: 'which units of a model can go, their removal, and gates that fade them out while it trains',
    imports: ['core', 'linalg', 'scheduler', 'tfjs'],
  },
  packed: {
    lives:
      'one file for a whole model: `pack` at `.`, loaders at `./load` and `./node`, decoders of any format at `./formats`, probes at `./probes`, single weights at `./weights`',
    imports: ['core', 'coder', 'linalg', 'uniform', 'wasm-kernels', 'weights'],
  },
  rewrite: {
    lives: 'smaller topologies of the same function: low-rank nodes in graphs, BatchNorm folded into the layer before',
    imports: ['core', 'linalg', 'packed', 'wasm-kernels', 'weights'],
  },
  planner: {
    lives:
      'the choice of a form for each matrix within limits: equal slopes, exact search, Pareto curves, measured times; evaluations kept in a folder at `./folder`',
    imports: ['core'],
  },
  'post-training': {
    lives: 'trained models, compressed by one call: by a method, or to a size in bytes; plans for whole models',
    imports: [
      ...['core', 'linalg', 'uniform', 'weights', 'packed', 'rewrite', 'calibration', 'planner', 'wasm-kernels'],
    ],
  },
  distillation: {
    lives: 'compressed layers models, trained further on the outputs of the original model',
    imports: ['core', 'packed', 'tfjs', 'weights'],
  },
  report: {
    lives: 'what a compressed model lost and gained: data, one HTML file, Markdown',
    imports: ['core', 'linalg', 'packed', 'wasm-kernels', 'weights'],
  },
  sweep: {
    lives:
      'searches over configurations, run by worker processes: grids, random draws, successive halving; queues in a folder, and in Redis at `./redis`',
    imports: ['core'],
  },
  cli: {
    lives:
      'the program `gcompress`: inspects, compresses, packs, compares, checks and reports on models from the command line',
    imports: [
      'blocks',
      'calibration',
      'core',
      'dictlearn',
      'distillation',
      'kmeans',
      'linalg',
      'lowrank',
      'packed',
      'planner',
      'post-training',
      'pruning',
      'report',
      'simhash',
      'sweep',
      'tfjs',
      'uniform',
      'wasm-kernels',
    ],
  },
  'create-gcompress-compressor': {
    lives: 'makes a package for a new method from its `template`',
    imports: [],
  },
};

/** Decoders, and what they are made of, are carried by pages that only decode: they may import the contract alone. */
export const DECODER_ENTRY = 'src/format.ts';
export const DECODER_IMPORTS: readonly string[] = ['core', 'coder'];
