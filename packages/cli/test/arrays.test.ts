// Inputs from files: what NumPy wrote, JSON, and what is refused.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../src/inputs/npy.ts';
import { readArrays } from '../src/inputs/read-arrays.ts';
import { newFolder } from './models.ts';
import numpy from './numpy.json' with { type: 'json' };

const bytesOf = (name: keyof typeof numpy) => new Uint8Array(Buffer.from(numpy[name], 'base64'));
const read = (name: keyof typeof numpy) => readNpy(name, bytesOf(name));

describe('arrays of NumPy', () => {
  it('have their shape, and a type of TensorFlow.js', () => {
    expect(read('float32')).toEqual({ shape: [2, 3], dtype: 'float32', data: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5) });
    expect(read('float64')).toEqual({ shape: [2], dtype: 'float32', data: Float32Array.of(1.5, -2) });
    expect(read('int64')).toEqual({ shape: [2, 2], dtype: 'int32', data: Int32Array.of(1, -2, 3, 2 ** 31 - 1) });
    expect(read('bool')).toEqual({ shape: [3], dtype: 'bool', data: Uint8Array.of(1, 0, 1) });
    expect(read('uint8')).toEqual({ shape: [2], dtype: 'int32', data: Int32Array.of(7, 255) });
    expect(read('bigEndian')).toEqual({ shape: [3], dtype: 'int32', data: Int32Array.of(0, 1, 2) });
    expect(read('scalar')).toEqual({ shape: [], dtype: 'float32', data: Float32Array.of(3) });
  });

  it('are refused where their values would change, or cannot be read', () => {
    expect(() => read('large')).toThrow('large: expected integers that int32 holds, got 1099511627776.');
    expect(() => read('fortran')).toThrow('numpy.ascontiguousarray');
    expect(() => read('complex')).toThrow("got '<c16'");
    expect(() => readNpy('x', new Uint8Array(20))).toThrow('x: expected an .npy file');
  });

  it('are refused at whatever byte they are cut off', () => {
    const whole = bytesOf('float32');
    for (let length = 0; length < whole.length; length++) {
      expect(() => readNpy('cut', whole.subarray(0, length)), `${length} bytes`).toThrow('cut: expected');
    }
  });

  it('come together in an .npz file', async () => {
    const cwd = newFolder();
    writeFileSync(join(cwd, 'a.npz'), bytesOf('npz'));
    expect(await readArrays('a.npz', cwd)).toEqual(
      new Map([
        ['x', { shape: [2, 2], dtype: 'float32', data: Float32Array.of(1, 1, 1, 1) }],
        ['y', { shape: [2], dtype: 'int32', data: Int32Array.of(0, 1) }],
      ]),
    );
    writeFileSync(join(cwd, 'b.npz'), bytesOf('npz').subarray(0, 90));
    await expect(readArrays('b.npz', cwd)).rejects.toThrow("'b.npz': expected a .npz file");
  });
});

describe('arrays in JSON', () => {
  const cwd = newFolder();
  const parsed = (value: unknown) => {
    writeFileSync(join(cwd, 'a.json'), JSON.stringify(value));
    return readArrays('a.json', cwd);
  };

  it('are nested lists, alone or by name', async () => {
    const array = { shape: [2, 1], dtype: 'float32', data: Float32Array.of(1.5, 2) };
    expect(await parsed([[1.5], [2]])).toEqual(new Map([['', array]]));
    const ids = { shape: [2], dtype: 'int32', data: Int32Array.of(1, 2) };
    expect(await parsed({ words: [1, 2], x: [[1.5], [2]] })).toEqual(new Map(Object.entries({ words: ids, x: array })));
  });

  it.each([[[[1], [2, 3]]], [[1, [2]]], [['a']], [{}], [{ x: 3 }], [null], [7]])(
    'are refused when %j',
    async (value) => {
      await expect(parsed(value)).rejects.toThrow(/^'a\.json'.*: expected nested lists/);
    },
  );

  it('are refused in files that are invalid, missing, or of another kind', async () => {
    writeFileSync(join(cwd, 'b.json'), '[1');
    writeFileSync(join(cwd, 'c.csv'), '1,2');
    await expect(readArrays('b.json', cwd)).rejects.toThrow("'b.json': expected a .json file");
    await expect(readArrays('c.csv', cwd)).rejects.toThrow("ends in .npy, .npz or .json, got '.csv'");
    await expect(readArrays('d.npy', cwd)).rejects.toThrow("'d.npy': expected a file that can be read");
  });
});
