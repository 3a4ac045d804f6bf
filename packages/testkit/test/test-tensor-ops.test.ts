import { type CpuTensor, cpuOps, type TensorOps } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { checkTensorOps, testTensorOps } from '../src/index.ts';
import { tensorOpsCases } from '../src/tensor-ops/tensor-ops-cases.ts';

const same = (tensor: CpuTensor) => tensor;
const copied = ({ shape, data }: CpuTensor): CpuTensor => ({ shape, data: data.slice() });

testTensorOps({ runner: { describe, it }, name: 'cpuOps', ops: cpuOps, toHost: same, fromHost: same });

describe('a backend whose', () => {
  const faults: Record<string, Partial<TensorOps<CpuTensor>>> = {
    matMul: { matMul: (a, b) => cpuOps.matMul(cpuOps.transpose(a), cpuOps.transpose(b)) },
    add: { add: (a, b) => (a.shape.length === b.shape.length ? cpuOps.add(a, b) : a) },
    mul: { mul: cpuOps.add },
    gather: {
      gather: (table, indices) => cpuOps.gather(table, { ...indices, data: indices.data.slice().sort() }),
    },
    reshape: { reshape: (x, shape) => cpuOps.reshape(cpuOps.transpose(x), shape) },
    transpose: { transpose: (x) => cpuOps.transpose(x) },
    slice: {
      slice: (x, begin, size) =>
        cpuOps.slice(
          x,
          begin.map(() => 0),
          size,
        ),
    },
  };

  it.each(Object.entries(faults))('%s is wrong fails checks of that operation', async (operation, fault) => {
    const ops = { ...cpuOps, ...fault };
    const failed = (await checkTensorOps({ ops, toHost: copied, fromHost: same })).filter(
      ({ outcome }) => outcome === 'failed',
    );
    expect(failed.length).toBeGreaterThan(0);
    for (const { name } of failed) expect(name.split(' ')[0]).toBe(operation);
  });

  it('int32 becomes float32 fails where int32 must stay', async () => {
    const fromHost = ({ shape, data }: CpuTensor) => ({ shape, data: Float32Array.from(data) });
    const results = await checkTensorOps({ ops: cpuOps, toHost: copied, fromHost });
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
    expect(failed).toEqual(tensorOpsCases.filter(({ name }) => name.includes('stays int32')).map(({ name }) => name));
  });

  it('operations write into their inputs fails', async () => {
    const ops: TensorOps<CpuTensor> = {
      ...cpuOps,
      add(a, b) {
        const sum = cpuOps.add(a, b);
        a.data.fill(0);
        return sum;
      },
    };
    const results = await checkTensorOps({ ops, toHost: copied, fromHost: same });
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ name }) => name)).toContain('add adds entry by entry');
    expect(failed[0].remark).toContain('changed its input 0');
  });

  it('long sums are rounded to half precision fails, and passes with a tolerance to match', async () => {
    const toHalf = ({ shape, data }: CpuTensor): CpuTensor => ({
      shape,
      data: data.map((x) => Math.round(x * 32) / 32),
    });
    const ops = { ...cpuOps, matMul: (a: CpuTensor, b: CpuTensor) => toHalf(cpuOps.matMul(a, b)) };
    const failed = async (tolerance?: number) => {
      const options = { ops, toHost: copied, fromHost: same, ...(tolerance && { tolerance }) };
      return (await checkTensorOps(options)).filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
    };
    expect(await failed()).toEqual(['matMul sums long products within the tolerance']);
    expect(await failed(1e-2)).toEqual([]);
  });
});
