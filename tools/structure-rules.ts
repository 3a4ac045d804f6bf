// How large a folder and a public entry may be, which folders stand apart, and what ARCHITECTURE.md must name.

/** Files that one folder may hold. */
export const LARGEST_FOLDER = 15;

/** The most names that an entry may export. */
export const PUBLIC_NAMES: Readonly<Record<string, number>> = { 'packages/core/src/index.ts': 55 };

/** Folders of `packages/tfjs/src` with tools for any training. They import no file of {@link COMPRESSION_FOLDERS}. */
export const TRAINING_FOLDERS = [
  'backends',
  'callbacks',
  'checkpoints',
  'files',
  'optimizers',
  'progress',
  'summaries',
];

/** Folders of `packages/tfjs/src` about compression. */
export const COMPRESSION_FOLDERS = ['layers', 'training', 'weight'];

const CALLBACK_BASE = 'layers/model/checked-callback.ts';
const MODEL_CHECKS = 'layers/model/model-checks.ts';
const MODEL_LAYERS = 'layers/model/model-layers.ts';
const OPERATOR = 'training/compression-op.ts';

/**
 * Imports of compression files by training tools, for each importing file. Callbacks share their base class with the compression
 * callback. Checkpoints store the state of compression operators. Summaries report it.
 */
export const TRAINING_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'callbacks/checkpoint-callback.ts': [CALLBACK_BASE, MODEL_CHECKS],
  'callbacks/early-stop-callback.ts': [CALLBACK_BASE],
  'callbacks/learning-rate-callback.ts': [CALLBACK_BASE],
  'callbacks/progress-callback.ts': [CALLBACK_BASE],
  'callbacks/step-callback.ts': [CALLBACK_BASE],
  'checkpoints/compression-state.ts': ['layers/model/compressed-layers.ts', OPERATOR],
  'checkpoints/operator-checks.ts': [OPERATOR],
  'checkpoints/restore-checkpoint.ts': ['layers/model/resume-adam.ts'],
  'checkpoints/training-state.ts': [
    MODEL_CHECKS,
    MODEL_LAYERS,
    'layers/weights/clone-layer.ts',
    'layers/wrapper/compressed-layer.ts',
    OPERATOR,
  ],
  'checkpoints/training-histories.ts': [OPERATOR],
  'summaries/compression-summaries.ts': [OPERATOR],
  'summaries/operator-argument.ts': [OPERATOR],
};

/** The section of ARCHITECTURE.md that follows a weight through the code, and the most files that it may name. */
export const DATA_WALK = { heading: '## From compressModel to a loaded model', mostFiles: 12 };

/** What the author of a compressor reads: the guide, the template of a package, and the contract. No more than this many lines. */
export const AUTHOR_READS = {
  files: [
    'docs/write-a-compressor.md',
    'packages/core/src/contract/algorithm.ts',
    'packages/core/src/contract/compressed-format.ts',
    'packages/core/src/contract/packed-matrix.ts',
  ],
  folders: ['packages/create-gcompress-compressor/template/src', 'packages/create-gcompress-compressor/template/test'],
  mostLines: 350,
};
