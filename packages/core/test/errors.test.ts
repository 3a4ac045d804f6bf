import { describe, expect, it } from 'vitest';
import { assertElementLimit, MAX_ELEMENTS } from '../src/checks.ts';
import { GCompressError, isGCompressError } from '../src/index.ts';

const details = { where: 'kmeans levels', expected: 'an integer', actual: '1.5' };

describe('GCompressError', () => {
  it('makes its message from its parts', () => {
    expect(new GCompressError('invalid-option', details).message).toBe('kmeans levels: expected an integer, got 1.5.');
    expect(new GCompressError('invalid-option', { ...details, hint: 'Round it.' }).message).toBe(
      'kmeans levels: expected an integer, got 1.5. Round it.',
    );
  });

  it('keeps code, parts and cause', () => {
    const cause = new Error('deeper');
    const error = new GCompressError('acme/strange', { ...details, cause });
    expect(error).toMatchObject({ name: 'GCompressError', code: 'acme/strange', details, cause });
    expect(error).toBeInstanceOf(Error);
    expect('cause' in new GCompressError('contract', details)).toBe(false);
  });
});

describe('isGCompressError', () => {
  it('tells codes apart', () => {
    const error = new GCompressError('non-finite', details);
    expect(isGCompressError(error)).toBe(true);
    expect(isGCompressError(error, 'non-finite')).toBe(true);
    expect(isGCompressError(error, 'contract')).toBe(false);
  });

  it('knows errors of a second copy of the package, and no others', () => {
    const foreign = Object.assign(new Error('from another copy'), {
      [Symbol.for('gcompress.error')]: true,
      code: 'contract',
    });
    expect(isGCompressError(foreign, 'contract')).toBe(true);
    expect([new Error('x'), { code: 'contract' }, undefined, 'contract'].some((each) => isGCompressError(each))).toBe(
      false,
    );
  });
});

it('assertElementLimit refuses more than the limit, and what is no number', () => {
  const refused = expect.toSatisfy((error) => isGCompressError(error, 'file-oversized'));
  expect(() => assertElementLimit(MAX_ELEMENTS, 'here')).not.toThrow();
  expect(() => assertElementLimit(MAX_ELEMENTS + 1, 'here')).toThrow(refused);
  expect(() => assertElementLimit(Number.NaN, 'here')).toThrow(refused);
});
