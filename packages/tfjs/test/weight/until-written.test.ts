// What is kept until a variable is written.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { UntilWritten } from '../../src/weight/until-written.ts';
import { useTestBackend } from '../backend.ts';

beforeAll(async () => {
  await useTestBackend();
});

const actions = fc.array(fc.constantFrom('read', 'write first', 'write second', 'clear'), { maxLength: 20 });

it('a value is computed again after every write and only then, and each value is freed once', () => {
  fc.assert(
    fc.property(actions, (list) => {
      const freed: number[] = [];
      const kept = new UntilWritten<number>((value) => freed.push(value));
      const first = tf.tidy(() => tf.variable(tf.scalar(0)));
      const second = tf.tidy(() => tf.variable(tf.scalar(0)));
      const sources = [first, second];
      let made = 0;
      let stale = true;
      for (const action of list) {
        if (action === 'read') {
          const expected = stale ? made + 1 : made;
          expect(kept.get(sources, () => ++made)).toBe(expected);
          stale = false;
          continue;
        }
        if (action === 'clear') kept.clear();
        else tf.tidy(() => (action === 'write first' ? first : second).assign(tf.scalar(1)));
        stale = true;
      }
      kept.clear();
      expect(freed).toEqual(Array.from({ length: made }, (_, i) => i + 1));
      tf.dispose([first, second]);
    }),
  );
});
