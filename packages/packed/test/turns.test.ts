// Long decoding yields to other tasks, and can be aborted between two slices.
import { afterEach, expect, it, vi } from 'vitest';
import { packedModel, type RowDecoder } from '../src/load/index.ts';
import { putTogether, withChecksums } from './packed-example.ts';

afterEach(() => vi.restoreAllMocks());

const COLUMNS = 4096;
const ROWS = 40;

/** A file with one matrix of one stored byte. */
function file(): Uint8Array {
  const matrix = {
    format: 'slow',
    version: 1,
    shape: [ROWS, COLUMNS] as const,
    config: {},
    tensors: { w: ['uint8', 1] as const },
  };
  const weights = [['w', 'float32', [ROWS, COLUMNS], { matrix }] as const];
  const header = { model: { modelTopology: {} }, weights, probes: [], parts: [[1, 1, 0] as const] };
  return putTogether(JSON.stringify(withChecksums(header, Uint8Array.of(7))), Uint8Array.of(7));
}

/** A decoder whose every slice lasts longer than a turn, by a clock of its own; tells before each slice. */
function slowDecoder(onSlice: () => void): RowDecoder {
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const rows = () => (count: number) => {
    onSlice();
    clock += 20;
    return new Float32Array(count * COLUMNS);
  };
  return { id: 'slow', version: 1, rows };
}

it('other tasks run between two slices', async () => {
  const seen: number[] = [];
  const messages = new MessageChannel();
  let received = 0;
  Object.assign(messages.port1, { onmessage: () => received++ });
  const decoder = slowDecoder(() => {
    seen.push(received);
    messages.port2.postMessage(0);
  });
  await packedModel(file(), { formats: [decoder] }).load?.();
  messages.port1.close();
  // A message that one slice sends has arrived before the next one
  expect(seen).toEqual(seen.map((_, slice) => slice));
  expect(seen.length).toBe(ROWS / 4);
});

it('a signal ends it before the next slice', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let slices = 0;
  const decoder = slowDecoder(() => {
    slices++;
    if (slices === 3) controller.abort(reason);
  });
  const loading = packedModel(file(), { formats: [decoder], signal: controller.signal }).load?.();
  await expect(loading).rejects.toBe(reason);
  expect(slices).toBe(3);
});
