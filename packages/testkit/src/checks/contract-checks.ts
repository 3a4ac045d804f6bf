// Checks that plan, factors and compressed matrix keep the contract.
import { type CompressedMatrix, createRandom, elementCount, type FactorizationPlan } from '@gcompress/core';
import { createCompressedMatrix, padFactor } from '@gcompress/core/hosts';
import { ensure, isJson, onEach, sameJson, sameNumbers } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { type Compression, copyOf, readBack, type Workbench } from '../samples/workbench.ts';
import { assertSameMatrix, bytesOf } from './algebra-checks.ts';
import { assertSameFactors } from './storage-checks.ts';

/** The contract of every compressor. */
export const contractChecks: readonly Check<Workbench>[] = [
  {
    name: 'plan does not change from call to call',
    run: async (bench) =>
      onEach(await bench.compressions(), ({ compressor, matrix, plan }) => {
        ensure(isSamePlan(compressor.plan(matrix.shape), plan), 'two plans for one shape differ');
      }),
  },
  {
    name: 'factors match the plan',
    run: async (bench) => onEach(await bench.compressions(), assertFactorsMatchPlan),
  },
  {
    name: 'config is the planned config',
    run: async (bench) =>
      onEach(await bench.compressions(), ({ compressed, plan }) => {
        ensure(
          sameJson(compressed.config, plan.config),
          () => `config is ${JSON.stringify(compressed.config)}, planned was ${JSON.stringify(plan.config)}`,
        );
        ensure(isJson(compressed.config), 'config does not survive being written as JSON');
      }),
  },
  {
    name: 'no more bytes than planned',
    run: async (bench) =>
      onEach(await bench.compressions(), ({ compressed, plan }) => {
        const { byteLength } = compressed;
        ensure(byteLength <= plan.byteLength, `${byteLength} bytes are stored, ${plan.byteLength} were planned`);
      }),
  },
  {
    name: 'options are JSON',
    run: async (bench) =>
      onEach(await bench.compressions(), ({ compressor }) => {
        ensure(isJson(compressor.options), 'options do not survive being written as JSON');
      }),
  },
  {
    name: 'same matrix, same bytes',
    run: async (bench) => onEach(await ordinary(bench), assertRepeatable),
  },
  {
    name: 'input is not changed',
    run: async (bench) =>
      onEach(await bench.compressions(), async ({ compressor, matrix }) => {
        const data = matrix.data.slice();
        await compressor.compress(Object.freeze({ shape: Object.freeze([...matrix.shape] as const), data }));
        ensure(sameNumbers(data, matrix.data), 'compress() wrote into the matrix that it was given');
      }),
  },
  {
    name: 'result does not change with the input',
    run: async (bench) =>
      onEach(await ordinary(bench), async ({ compressor, matrix }) => {
        const data = matrix.data.slice();
        const compressed = await compressor.compress({ shape: matrix.shape, data });
        const before = compressed.decompress().data.slice();
        data.fill(1e9);
        ensure(sameNumbers(compressed.decompress().data, before), 'the factors share memory with the input');
      }),
  },
  {
    name: 'factors survive structuredClone',
    run: async (bench) =>
      onEach(await bench.compressions(), ({ compressed }) => {
        const { shape, config, factors } = compressed;
        const clone = createCompressedMatrix(compressed.format, structuredClone({ shape, config, factors }));
        ensure(sameNumbers(bytesOf(clone), bytesOf(compressed)), 'a clone writes different bytes');
      }),
  },
  {
    name: 'zero padding up to the plan keeps the matrix',
    run: async (bench) =>
      onEach(await bench.compressions(), ({ compressed, plan }) => {
        const padded = paddedToPlan(compressed, plan);
        if (padded) assertSameMatrix(padded, compressed, 'padded with zeros');
      }),
  },
  {
    name: 'padded factors come back from a file',
    run: async (bench) =>
      onEach(await bench.compressions(), async ({ compressed, plan }) => {
        const padded = paddedToPlan(compressed, plan);
        if (!padded) return;
        const { format, shape, config, factors } = padded;
        const trimmed = format.trim ? createCompressedMatrix(format, format.trim({ shape, config, factors })) : padded;
        assertSameMatrix(await readBack(trimmed), compressed, 'padded, trimmed if there is a trim, written and read');
      }),
  },
  {
    name: 'trained factors come back from a file',
    run: async (bench) =>
      onEach(await ordinary(bench), async ({ compressed }) => {
        const trained = trainedFactors(compressed);
        assertSameFactors((await readBack(trained)).factors, trained.factors);
      }),
  },
];

/**
 * The matrix as training may leave it: each trainable value other than 0 is multiplied by a number near 1. Zeros stay, because in a
 * sparse factor no gradient reaches them.
 */
function trainedFactors(compressed: CompressedMatrix): CompressedMatrix {
  const random = createRandom(7);
  const factors = Object.entries(compressed.factors).map(([name, factor]) => {
    const data = factor.trainable ? factor.data.map((value) => value * (1 + random.normal() / 10)) : factor.data;
    return [name, { ...factor, data }] as const;
  });
  return createCompressedMatrix(compressed.format, { ...compressed, factors: Object.fromEntries(factors) });
}

/** The ordinary samples, for checks that compress again. */
async function ordinary(bench: Workbench): Promise<Compression[]> {
  return (await bench.compressions()).filter(({ name }) => bench.ordinary.includes(name)).slice(0, 4);
}

function isSamePlan(a: FactorizationPlan, b: FactorizationPlan): boolean {
  const asJson = ({ shape, config, factors }: FactorizationPlan) => [
    shape,
    config,
    Object.fromEntries(Object.entries(factors).map(([name, spec]) => [name, [spec.shape, spec.dtype, spec.trainable]])),
  ];
  return sameJson(asJson(a), asJson(b));
}

function assertFactorsMatchPlan({ compressed, plan, matrix }: Compression): void {
  const planned = Object.keys(plan.factors).sort();
  const actual = Object.keys(compressed.factors).sort();
  ensure(sameJson(actual, planned), `factors are ${actual.join(', ')}; planned were ${planned.join(', ')}`);
  ensure(sameJson(compressed.shape, matrix.shape), `shape is [${compressed.shape.join(', ')}]`);
  for (const name of planned) {
    const { shape, dtype, trainable, data } = compressed.factors[name];
    const spec = plan.factors[name];
    ensure(dtype === spec.dtype, `factor '${name}' is ${dtype}, planned was ${spec.dtype}`);
    ensure(trainable === spec.trainable, `factor '${name}' is${trainable ? '' : ' not'} trainable, against the plan`);
    const fits = shape.length === spec.shape.length && shape.every((side, axis) => side <= spec.shape[axis]);
    ensure(fits, `factor '${name}' is [${shape.join(', ')}], planned was at most [${spec.shape.join(', ')}]`);
    const type = dtype === 'int32' ? Int32Array : Float32Array;
    ensure(data instanceof type, `factor '${name}' is ${dtype}, but its data is not a ${type.name}`);
    ensure(data.length === elementCount(shape), `factor '${name}' has ${data.length} values for [${shape.join(', ')}]`);
  }
}

async function assertRepeatable({ compressor, matrix, compressed }: Compression): Promise<void> {
  const expected = bytesOf(compressed);
  const negated = { shape: matrix.shape, data: matrix.data.map((entry) => -entry) };
  const together = [copyOf(matrix), negated, copyOf(matrix)].map((input) => compressor.compress(input));
  const [first, , second] = await Promise.all(together);
  ensure(sameNumbers(bytesOf(first), expected), 'compressing again gives different bytes');
  ensure(sameNumbers(bytesOf(second), expected), 'compressing again, after a different matrix, gives different bytes');
}

/** The matrix with all factors padded to their planned size, if they fit. */
function paddedToPlan(compressed: CompressedMatrix, plan: FactorizationPlan): CompressedMatrix | undefined {
  const names = Object.keys(compressed.factors);
  const fits = names.every((name) => {
    const { shape } = compressed.factors[name];
    const room = Object.hasOwn(plan.factors, name) ? plan.factors[name].shape : [];
    return shape.length === room.length && shape.every((side, axis) => side <= room[axis]);
  });
  if (!fits) return undefined;
  const factors = names.map((name) => [name, padFactor(compressed.factors[name], plan.factors[name].shape)] as const);
  return createCompressedMatrix(compressed.format, { ...compressed, factors: Object.fromEntries(factors) });
}
