import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { above, backendOption, integer, startBackend, UsageError, usageErrorFrom } from '../src/index.ts';

describe('options', () => {
  it('are integers of a range', () => {
    const read = integer(2, 10);
    expect(['2', '10'].map(read)).toEqual([2, 10]);
    for (const text of ['1', '11', '2.5', '-3', '', 'two', '1e1'])
      expect(() => read(text), text).toThrow('from 2 to 10');
  });

  it('are numbers above a bound', () => {
    const read = above(1);
    expect(['1.5', '1e3'].map(read)).toEqual([1.5, 1000]);
    for (const text of ['1', '-2', '', 'x', 'Infinity']) expect(() => read(text), text).toThrow('above 1');
  });

  it('end in a usage error with code 2 when they are wrong, and 0 for help', () => {
    const parse = (...args: string[]) => {
      const command = new Command('test').addOption(backendOption()).exitOverride();
      command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
      try {
        command.parse(args, { from: 'user' });
      } catch (error) {
        return usageErrorFrom(error);
      }
      return undefined;
    };
    expect(parse('--backend', 'wasm')).toBe(undefined);
    expect(parse('--help')).toMatchObject({ exitCode: 0 });
    expect(parse('--backend', 'x')).toMatchObject({ exitCode: 2, message: expect.stringContaining('wasm') });
    expect(parse('--backend', 'x')).toBeInstanceOf(UsageError);
  });

  it('leave other errors as they are', () => {
    const error = new Error('other');
    expect(usageErrorFrom(error)).toBe(error);
  });
});

describe('startBackend', () => {
  it('starts the one that is asked for, or the fastest', async () => {
    expect((await startBackend('cpu')).name).toBe('cpu');
    expect(['wasm', 'tensorflow']).toContain((await startBackend()).name);
  });
});
