import { expect, it } from 'vitest';
import { pacedProgress, partialProgress, reportProgress } from '../src/index.ts';

it('tells what part is done, never outside 0 to 1', () => {
  const told: number[] = [];
  for (const done of [-1, 0, 0.5, 1, 2]) reportProgress({ onProgress: (part) => told.push(part) }, done);
  expect(told).toEqual([0, 0, 0.5, 1, 1]);
});

it('throws the reason of a signal before it tells anything', () => {
  const told: number[] = [];
  const options = { signal: AbortSignal.abort(new Error('enough')), onProgress: (part: number) => told.push(part) };
  expect(() => reportProgress(options, 0.5)).toThrow('enough');
  expect(told).toEqual([]);
});

it('sees an abort that onProgress itself asked for', () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  expect(() => reportProgress({ signal: controller.signal, onProgress }, 0.5)).toThrow('enough');
});

it('tells a piece of the work as a part of the whole', () => {
  const told: number[] = [];
  const piece = partialProgress({ onProgress: (part) => told.push(part) }, 0.5, 0.75);
  reportProgress(piece, 0);
  reportProgress(piece, 1);
  expect(told).toEqual([0.5, 0.75]);
  expect(partialProgress({}, 0, 1).onProgress).toBeUndefined();
});

it('at a pace, tells progress and asks the signal only after enough operations', () => {
  const controller = new AbortController();
  const told: number[] = [];
  const pace = pacedProgress({ signal: controller.signal, onProgress: (part) => told.push(part) });
  for (let i = 1; i <= 64; i++) pace(2 ** 17, i / 64);
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((eighth) => eighth / 8));
  controller.abort(new Error('enough'));
  expect(() => pace(1, 1)).not.toThrow();
  expect(() => pace(2 ** 20, 1)).toThrow('enough');
});
