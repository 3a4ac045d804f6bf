import { saveCalibration } from '@gcompress/calibration';
import * as core from '@gcompress/core';
import { writeTensorFile } from '@gcompress/core/storage';
import { defaultHParams } from '@gcompress/graph-compression';
import { lowRank } from '@gcompress/lowrank';
import { lowRankDecoder, lowRankFormat } from '@gcompress/lowrank/format';
import { readModel } from '@gcompress/packed/weights';
import { createPlan, expectedTimes, type PlanMatrix, type TimeTable } from '@gcompress/planner';
import { linearAlpha } from '@gcompress/scheduler';
import { TfCompressionOp } from '@gcompress/tfjs';
import { type CompressedModel, compressedLayers, compressModel } from '@gcompress/tfjs/layers';
import { UnitGates } from '@gcompress/units';
import * as tf from '@tensorflow/tfjs';
import { methodsOf, type Target, type ValidMethods } from './walk.ts';

const compressor = lowRank({ rank: 1 });
const a = () =>
  core.matrix(
    [3, 4],
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
const compressed = () => compressor.compress(a());
const plan = () => compressor.plan([3, 4]);
const file = () => core.serialize({ w: compressed() });
const tensor = () => ({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
const artifacts = () => ({
  modelTopology: {},
  weightSpecs: [{ name: 'kernel', dtype: 'float32' as const, shape: [16, 32] }],
  weightData: new Float32Array(512).fill(0.5).buffer,
});
const graph = () => ({ ...artifacts(), modelTopology: { node: [{ name: 'kernel', op: 'Const' }] } });
const contents = () => readModel('walk', artifacts());
const results = () => [{ result: { bytes: 1, error: 0.5 } }];
const nothing = async () => [];
const queue = () => ({
  leaseMs: 1000,
  ...{ add: nothing, claim: nothing, heartbeat: nothing, complete: nothing, fail: nothing },
  ...{ release: nothing, retry: nothing, ended: nothing, close: nothing },
});
const ids = () => ({ shape: [2], data: Int32Array.of(0, 1) });
const packed = () => compressed().pack();
const factor = () => core.floatFactor([1, 2], Float32Array.of(1, 2));
const definition = () => ({
  name: 'acme/plain',
  format: lowRankFormat,
  create: () => ({ options: {}, plan, factorize: () => compressed().factors }),
});
const moments = () => ({ size: 1, count: 1, values: Float64Array.of(1) });
const calibration = () => ({
  moments: new Map([['w', moments()]]),
  inputSums: new Map([['w', { count: 1, values: Float64Array.of(1) }]]),
  samples: 1,
  skipped: new Map(),
  warnings: [],
});
const outputs = () => ({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
const reported = () => ({
  version: 1,
  title: 'walk',
  models: ['a', 'b'],
  commands: [],
  forms: ['original', 'float16', 'uint8', 'packed'].map((form) => ({ form, bytes: { raw: 1 } })),
  headerBytes: 0,
  weights: [],
});
const emptyGraph = () => ({ modelTopology: { node: [] }, weightSpecs: [], weightData: new ArrayBuffer(0) });
const schedule = () => linearAlpha({ begin: 0, end: 10, frequency: 1 });

/** Arguments that functions accept, by `entry name`: with them one position at a time is made plain. */
export const VALID: Readonly<Record<string, () => readonly unknown[]>> = {
  '@gcompress/core/checks assertCompressedMatrix': () => ['walk', compressed(), compressor, plan()],
  '@gcompress/core/checks assertElementLimit': () => [1, 'walk', 5],
  '@gcompress/core/checks assertFinite': () => [a(), 'walk'],
  '@gcompress/calibration correctBiases': () => [emptyGraph(), emptyGraph(), calibration()],
  '@gcompress/calibration loadCalibration': () => [saveCalibration(calibration()), {}],
  '@gcompress/calibration mergeCalibrations': () => [calibration(), calibration()],
  '@gcompress/calibration saveCalibration': () => [calibration()],
  '@gcompress/core/checks assertInputMoments': () => ['walk', moments(), 1],
  '@gcompress/core/checks assertKnownOptions': () => ['walk', {}, ['x']],
  '@gcompress/core/checks assertMatrix': () => [a(), 'walk'],
  '@gcompress/core/checks assertNumber': () => ['walk', 'x', 1, { min: 0 }],
  '@gcompress/core/checks assertOneOf': () => ['walk', 'x', 1, [1, 2]],
  '@gcompress/core/checks assertSeed': () => [1, 'walk'],
  '@gcompress/core/checks assertShape2D': () => [[1, 2], 'walk'],
  '@gcompress/core/checks assertType': () => ['walk', 'x', {}, 'object', 'A hint.'],
  '@gcompress/core/checks budgetBytes': () => ['walk', { ratio: 2 }, [2, 3]],
  '@gcompress/core/checks budgetTooSmall': () => ['walk', { ratio: 2 }, [2, 3], 20],
  '@gcompress/core/checks largestThatFits': () => [
    'walk',
    { bytes: 4 },
    [2, 3],
    (size: number) => size,
    { min: 1, max: 9 },
  ],
  '@gcompress/core/checks sizeBudgetOf': () => ['walk', { bytes: 4 }],
  '@gcompress/coder packedIntegers': () => [Uint8Array.of(0, 0, 0, 0, 0, 0), [3, 2], 0],
  '@gcompress/packed/weights differences': () => [new Float32Array(2), new Float32Array(2)],
  '@gcompress/packed/stored storedModel': () => [new Uint8Array(4), {}],
  '@gcompress/packed/worker workerModel': () => [undefined, new Uint8Array(4), {}],
  '@gcompress/tfjs/layers packedLayersModel': () => [{ load: async () => ({}) }, {}],
  '@gcompress/packed/probes compareOutputs': () => [[], [], { tolerance: 0.1 }],
  '@gcompress/weights matrixOfWeight': () => [new Float32Array(6), [3, 2], false],
  '@gcompress/weights weightOfMatrix': () => [core.matrix([3, 2], new Float32Array(6)), [3, 2], false],
  '@gcompress/weights graphNodes': () => [{ node: [] }],
  '@gcompress/weights graphUses': () => [{ node: [] }],
  '@gcompress/weights nodeAttributes': () => [{ name: 'a', op: 'Const', inputs: [], attributes: {} }],
  '@gcompress/weights nodesInControlFlow': () => [[]],
  '@gcompress/weights matrixWeights': () => [{ modelTopology: {}, weightSpecs: [] }],
  '@gcompress/packed/weights assertGainsOf': () => ['walk', new Map(), contents()],
  '@gcompress/packed/weights assertMomentsOf': () => ['walk', new Map(), contents()],
  '@gcompress/packed/weights assertWeightMethod': () => ['walk', compressor],
  '@gcompress/packed/weights chooseMethod': () => ['walk', compressor, { name: 'w', shape: [16, 16] }],
  '@gcompress/packed/weights compressWeight': () => [
    'walk',
    { name: 'w', matrix: a(), swapped: false },
    compressor,
    {},
  ],
  '@gcompress/wasm-kernels/load assertKernelsOption': () => ['walk', 'portable'],
  '@gcompress/packed/contents packedContents': () => [new Uint8Array(4), {}],
  '@gcompress/packed/weights float16Bits': () => [new Float32Array(2)],
  '@gcompress/packed/weights equalWeights': () => [contents()],
  '@gcompress/packed/weights summedGains': () => [new Map([['kernel', new Float64Array(16)]]), ['kernel']],
  '@gcompress/packed/weights summedMoments': () => [
    new Map([['kernel', { size: 1, count: 1, values: Float64Array.of(1) }]]),
    ['kernel'],
  ],
  '@gcompress/packed/weights floatValues': () => [contents().weights[0]],
  '@gcompress/packed/weights joinedArtifacts': () => [{}, []],
  '@gcompress/packed/weights packWeight': () => [
    contents().weights[0],
    { kernel: contents().kernels.get('kernel'), compression: {}, rest: 'float16' },
  ],
  '@gcompress/packed/weights packableWeight': () => [contents().weights[0], contents().kernels.get('kernel'), 1],
  '@gcompress/packed/weights readModel': () => ['walk', artifacts()],
  '@gcompress/packed/weights weightMatrix': () => [contents().weights[0], contents().kernels.get('kernel')],
  '@gcompress/calibration correctBatchNorm': () => [
    undefined,
    artifacts(),
    tf.zeros([2, 16]),
    { load: () => undefined },
  ],
  '@gcompress/calibration pairedInputs': () => [tf.zeros([2, 16]), { load: () => undefined }],
  '@gcompress/simhash/format orthogonalPlanes': () => [
    { shape: [8, 8], config: { planes: 'orthogonal', seed: 1, bits: 8, trainableScales: true } },
  ],
  '@gcompress/pruning/format prunedEntries': () => [
    {
      format: 'pruning',
      version: 2,
      shape: [2, 2],
      config: { blockHeight: 1, blockWidth: 1 },
      tensors: {
        values: { shape: [1], data: Float32Array.of(1) },
        mask: { shape: [1], data: Uint8Array.of(4) },
      },
    },
  ],
  '@gcompress/coder codesCodec': () => [() => undefined],
  '@gcompress/distillation distill': () => [
    { artifacts: artifacts(), matrices: new Map() },
    { teacher: undefined as never, inputs: tf.zeros([2, 16]) },
  ],
  '@gcompress/sweep createJob': () => [{ bits: 3 }],
  '@gcompress/sweep folderQueue': () => ['sweep', { leaseMs: 1000 }],
  '@gcompress/sweep grid': () => [{ bits: [2, 3] }],
  '@gcompress/sweep paretoFront': () => [results(), { bytes: 'min', error: 'min' }],
  '@gcompress/sweep randomSearch': () => [{ bits: [2, 3] }, { count: 1, seed: 1 }],
  '@gcompress/sweep rankResults': () => [results(), 'error', 'min'],
  '@gcompress/sweep readSweep': () => [{ job: 'job.js', parameters: { bits: [2, 3] } }],
  '@gcompress/sweep runSweep': () => [queue(), { job: 'job.js', configurations: [] }],
  '@gcompress/sweep runWorkers': () => [queue(), { job: 'job.js', workers: 0, idleMs: 0 }],
  '@gcompress/sweep successiveHalving': () => [
    queue(),
    { job: 'job.js', configurations: [], budget: { name: 'epochs', from: 1, to: 1 }, metric: 'error' },
  ],
  '@gcompress/sweep/redis redisQueue': () => [{ url: 'redis://127.0.0.1:1', patienceMs: 0 }],
  '@gcompress/planner createPlan': () => [planMatrices(), { limits: { packed: 8 } }],
  '@gcompress/planner errorResponse': () => [[{ expected: 1, measured: 2 }]],
  '@gcompress/planner evaluateAll': () => [[{ key: 'a', evaluate: () => 1 }], {}],
  '@gcompress/planner expectedDisagreement': () => [[1, 2], 2, 0.1],
  '@gcompress/planner expectedTimes': () => [timeTable()],
  '@gcompress/planner growths': () => [planMatrices(), createPlan(planMatrices(), { limits: { packed: 8 } }), 'packed'],
  '@gcompress/planner interpolatedError': () => [[{ size: 1, error: 1 }], 1],
  '@gcompress/planner measuredTime': () => [() => {}, { rounds: 1, span: 0.01 }],
  '@gcompress/planner measureTimes': () => [
    { dense: () => ({ run: () => {} }) },
    { backend: 'none', rounds: 1, span: 0.01 },
  ],
  '@gcompress/planner paretoCurve': () => [planMatrices(), { points: 2 }],
  '@gcompress/planner refinements': () => [
    planMatrices(),
    createPlan(planMatrices(), { limits: { packed: 8 } }),
    1,
    'packed',
  ],
  '@gcompress/planner searchCurve': () => [3, async () => ({ drop: 0, measured: 1 }), { most: 1 }],
  '@gcompress/planner/folder folderStore': () => ['plans'],
  '@gcompress/post-training compressNow': () => [artifacts(), {}],
  '@gcompress/rewrite foldBatchNorm': () => [artifacts()],
  '@gcompress/rewrite lowRankGraph': () => [graph(), { method: compressor }],
  '@gcompress/rewrite splitGraph': () => [graph(), new Map()],
  '@gcompress/post-training planModel': () => [artifacts(), {}],
  '@gcompress/post-training sensitivities': () => [artifacts(), tf.zeros([1, 16]), { load: () => undefined }],
  '@gcompress/report evaluateForms': () => [{ original: outputs(), packed: outputs() }, {}],
  '@gcompress/report measureLatency': () => [{ original: () => {}, packed: () => {} }, { runs: 1 }],
  '@gcompress/report multiplyAdds': () => [{ layers: [] }, artifacts(), []],
  '@gcompress/report reportData': () => [artifacts(), new Uint8Array(4), {}],
  '@gcompress/report reportHtml': () => [reported()],
  '@gcompress/report reportMarkdown': () => [reported()],
  '@gcompress/report stockRivals': () => [artifacts()],
  '@gcompress/core/storage assertVersion': () => [packed(), 1],
  '@gcompress/core/hosts createCompressedMatrix': () => [lowRankFormat, compressed()],
  '@gcompress/core createFormatRegistry': () => [[lowRankFormat]],
  '@gcompress/core createRandom': () => [1],
  '@gcompress/core defineMethod': () => [definition()],
  '@gcompress/core/decode decodeMatrices': () => [file(), [lowRankDecoder], {}],
  '@gcompress/core/storage fileError': () => ['file-read', 'walk', 'x', 'y', 'z'],
  '@gcompress/core deserialize': () => [file(), core.createFormatRegistry([lowRankFormat]), {}],
  '@gcompress/core/checks exactlyOneOption': () => ['walk', { x: 1 }, ['x', 'y']],
  '@gcompress/core floatFactor': () => [[2], Float32Array.of(1, 2), true],
  '@gcompress/core indexFactor': () => [[2], Int32Array.of(1, 2)],
  '@gcompress/core matrix': () => [
    [1, 2],
    [1, 2],
  ],
  '@gcompress/core/storage packBits': () => [[1, 2], 2],
  '@gcompress/core/storage packedBytes': () => [2, 2],
  '@gcompress/core/storage packedTensor': () => [packed(), 'b', 'float32', [3, 1]],
  '@gcompress/core/hosts padFactor': () => [factor(), [2, 2]],
  '@gcompress/graph-compression parseHParams': () => ['rank=2', defaultHParams],
  '@gcompress/core partialProgress': () => [{}, 0, 1],
  '@gcompress/core/hosts plannedByteLength': () => [lowRankFormat, plan()],
  '@gcompress/core relativeError': () => [a(), a()],
  '@gcompress/core reportProgress': () => [{}, 0.5],
  '@gcompress/core serialize': () => [{ w: compressed() }, {}],
  '@gcompress/core signalToNoise': () => [a(), a()],
  '@gcompress/core stack': () => [lowRank, { b: lowRank, c: lowRank }],
  '@gcompress/core stackFormats': () => [lowRankFormat, { b: lowRankFormat, c: lowRankFormat }],
  '@gcompress/core/storage readTensorFile': () => [
    writeTensorFile({ format: 'walk', version: 1 }, {}),
    { format: 'walk', version: 1 },
    { F64: Float64Array },
  ],
  '@gcompress/core/storage writeTensorFile': () => [
    { format: 'walk', version: 1 },
    { x: { shape: [1], data: Float64Array.of(1) } },
    {},
  ],
  '@gcompress/core/storage unpackBits': () => [Uint8Array.of(1), 2, 3],
  '@gcompress/testkit assertClose': () => [[1], [1], {}],
  '@gcompress/testkit normalMatrix': () => [[2, 2], 1],
  '@gcompress/tfjs productSquaredNorm': () => [[tf.ones([2, 3]), tf.ones([3, 2])]],
  '@gcompress/lowrank lowRankSparse': () => [{ rank: 1 }],
  '@gcompress/lowrank allocateRanks': () => [
    { a: core.matrix([6, 6], new Float32Array(36).fill(1)) },
    { ratio: 1.5 },
    {},
  ],
  '@gcompress/tfjs/layers teacherTargets': () => [denseModel(), tf.ones([2, 8]), tf.ones([2, 8]), {}],
  '@gcompress/tfjs/layers withTeacher': () => [denseModel(), { teacher: denseModel() }],
  '@gcompress/tfjs/layers compressModel': () => [denseModel(), { method: compressor, schedule: schedule() }],
  '@gcompress/tfjs/layers assertUsableModel': () => [denseModel(), 'walk'],
  '@gcompress/tfjs/layers rebuildModel': () => [denseModel(), () => undefined],
  '@gcompress/units unitGroups': () => [twoLayers()],
  '@gcompress/units removeUnits': () => [twoLayers(), { keep: 0.5 }],
  '@gcompress/units UnitGates': () => [twoLayers(), { keep: 0.5, schedule: schedule() }],
  '@gcompress/units UnitCallback': () => [twoLayers(), { keep: 0.5, schedule: schedule() }],
  '@gcompress/units unitCallback': () => [twoLayers(), { keep: 0.5, schedule: schedule() }],
};

const METHODS: ValidMethods = {
  compress: () => [a(), {}],
  matMul: () => [core.matrix([1, 3], [1, 2, 3])],
  update: () => [0, { updates: 0, lastStep: 0, steps: 0 }],
};

const OPERATIONS: ValidMethods = {
  matMul: () => [tensor(), tensor()],
  add: () => [tensor(), tensor()],
  mul: () => [tensor(), tensor()],
  gather: () => [tensor(), ids()],
  reshape: () => [tensor(), [4]],
  transpose: () => [tensor(), [1, 0]],
  slice: () => [tensor(), [0, 0], [1, 1]],
};

function planMatrices(): PlanMatrix[] {
  const form = (packed: number, error: number) => ({ method: 'walk', options: {}, sizes: { packed }, error });
  return [{ name: 'w', dense: form(9, 0), candidates: [form(2, 1)] }];
}

function timeTable(): TimeTable {
  const size = { rows: 1, inputs: 2, outputs: 3, bytes: 24, milliseconds: 1 };
  return { backend: 'walk', forms: { dense: new Array(6).fill(size) } };
}

function denseModel(): tf.Sequential {
  return tf.sequential({ layers: [tf.layers.dense({ inputShape: [8], units: 8 })] });
}

function twoLayers(): tf.Sequential {
  return tf.sequential({ layers: [tf.layers.dense({ inputShape: [8], units: 8 }), tf.layers.dense({ units: 2 })] });
}

function compressedModel(): CompressedModel {
  return compressModel(denseModel(), { method: compressor, schedule: schedule(), minWeights: 0 });
}

function operator(): TfCompressionOp {
  const matrix = tf.variable(tf.ones([3, 4]));
  return new TfCompressionOp(matrix, { compressor, schedule: schedule(), name: matrix.name });
}

/** Methods of what the functions return. */
export function methodTargets(): Target[] {
  return [
    ...methodsOf('@gcompress/core cpuOps', () => core.cpuOps, OPERATIONS),
    ...methodsOf('@gcompress/core compressed matrix', compressed, METHODS),
    ...methodsOf('@gcompress/core format registry', () => core.createFormatRegistry([lowRankFormat])),
    ...methodsOf('@gcompress/core random', () => core.createRandom(1)),
    ...methodsOf('@gcompress/core method', () => Object.assign(Object.create(null), core.defineMethod(definition()))),
    ...methodsOf('@gcompress/planner expected times', () => expectedTimes(timeTable())),
    ...methodsOf('@gcompress/lowrank compressor', () => compressor, METHODS),
    ...methodsOf('@gcompress/scheduler schedule', schedule, METHODS),
    ...methodsOf('@gcompress/units gates', () => new UnitGates(twoLayers(), { keep: 0.5, schedule: schedule() })),
    ...methodsOf('@gcompress/tfjs operator', operator),
    ...methodsOf('@gcompress/tfjs/layers callback', () => compressedModel().callback),
    ...methodsOf('@gcompress/tfjs/layers layer operator', () => compressedLayers(compressedModel().model)[0].ops[0]),
  ].filter(({ name }) => !/ compressed matrix\.(format|shape)/.test(name));
}
