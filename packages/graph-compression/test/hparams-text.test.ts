import { isGCompressError } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAssignments, writeAssignments } from '../src/hparams/text.ts';

const whole = (name: string, value: string) => ({ name, value });

describe('readAssignments', () => {
  it.each([
    ['', []],
    ['aaa=12', [whole('aaa', '12')]],
    ['c_c=relu4, b=-2.0e10', [whole('c_c', 'relu4'), whole('b', '-2.0e10')]],
    ['c_c=,b=0,', [whole('c_c', ''), whole('b', '0')]],
    ['c_c=2.3",b=+2,', [whole('c_c', '2.3"'), whole('b', '+2')]],
    ['d=/a=b/c/d', [whole('d', '/a=b/c/d')]],
    ['x1.y_2.z=5', [whole('x1.y_2.z', '5')]],
    ['  a = 1 ,b =two words', [whole('a', '1 '), whole('b', 'two words')]],
    ['a=1,a=2', [whole('a', '1'), whole('a', '2')]],
  ])('reads %j', (text, expected) => {
    expect(readAssignments(text)).toEqual(expected);
  });

  it.each([
    '1a=2',
    'a',
    'a=1,,b=2',
    ',a=1',
    '=1',
    'a=x[1',
    'a=[1,2]',
    'a[0]=1',
    'a[x]=1',
    'a[-1]=1',
    'a-b=1',
    'a.=1,.b=2',
  ])('refuses %j, showing where it goes wrong', (text) => {
    expect(() => readAssignments(text)).toThrow(expect.toSatisfy((e) => isGCompressError(e, 'invalid-option')));
  });

  it('shows the clause that is wrong', () => {
    expect(() => readAssignments('a=1, b=2, 3c=4')).toThrow("got '3c=4'");
  });
});

describe('writeAssignments', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]{0,8}$/);
  const scalar = fc.stringMatching(/^([^,[\]\s][^,[]{0,12})?$/);

  it('is undone by reading', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name, value: scalar })), (assignments) => {
        expect(readAssignments(writeAssignments(assignments))).toEqual(assignments);
      }),
    );
  });

  it.each(['a,b', 'a[b', ' a'])('refuses %j, which would be read differently', (value) => {
    expect(() => writeAssignments([{ name: 'x', value }])).toThrow(/hparams x: expected a value without commas.*JSON/);
  });
});
