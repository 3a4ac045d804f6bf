// Checks of progress and aborts.
import type { CompressOptions, Matrix } from '@gcompress/core';
import { describeError, ensure, ensureRefused, onEach } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { normalMatrix } from '../samples/matrices.ts';
import { createFor, type Workbench } from '../samples/workbench.ts';

/** The fewest calls of onProgress on the large matrix, whose compression takes so long that users may want to stop it. */
const FEWEST_CALLS = 2;
/** The number of calls of onProgress, spread over all, in which an abort is tried. */
const MOST_ABORTS = 12;

/** Progress and aborts during the work, by counting calls and not by time. */
export const progressChecks: readonly Check<Workbench>[] = [
  {
    name: 'progress is told on a large matrix, up to 1',
    async run({ subject }) {
      const seen = await callsOf(subject, largeMatrix(subject));
      ensure(seen.length >= FEWEST_CALLS, `onProgress was called ${seen.length} times, not at least ${FEWEST_CALLS}`);
      ensure(seen.at(-1) === 1, `the last call reported ${seen.at(-1)}, not 1`);
    },
  },
  {
    name: 'an abort from any call of onProgress ends the work',
    async run({ subject }) {
      const matrix = normalMatrix(subject.shapes[0]);
      const { length } = await callsOf(subject, matrix);
      ensure(length > 0, 'onProgress was never called, so nothing can be stopped');
      const tries = Math.min(length, MOST_ABORTS);
      for (let i = 0; i < tries; i++) {
        const at = tries === 1 ? 0 : Math.round((i * (length - 1)) / (tries - 1));
        await assertAborted(subject, matrix, at, length);
      }
    },
  },
  {
    name: 'unknown options of a call are refused',
    async run({ subject }) {
      const matrix = normalMatrix(subject.shapes[0]);
      const misspelt = { onprogress: () => undefined } as CompressOptions;
      const compressor = subject.create(matrix.shape);
      await ensureRefused('compress(…, { onprogress })', ['unknown-option'], () =>
        compressor.compress(matrix, misspelt),
      );
    },
  },
  {
    name: 'no plan is larger than an ordinary matrix, unless asked',
    run: async ({ subject }) =>
      onEach(
        subject.shapes.map((shape) => ({ name: shape.join('×'), shape })),
        ({ shape }) => {
          const made = createFor(subject.create, shape);
          if ('refused' in made) return;
          const { compressor, plan } = made;
          // Methods that allow larger plans share the name of this option
          if (subject.allowsLarger || compressor.options.allowLarger === true) return;
          const planned = plan.byteLength;
          const dense = shape[0] * shape[1] * Float32Array.BYTES_PER_ELEMENT;
          ensure(planned <= dense, `${planned} bytes are planned for a matrix of ${dense}`);
        },
      ),
  },
];

/** The method refuses options that it does not know. */
export function unknownOptionCheck(method: (options: never) => unknown): Check<Workbench> {
  return {
    name: 'unknown options are refused',
    async run({ subject }) {
      const { options } = subject.create(subject.shapes[0]);
      await ensureRefused('a misspelt option', ['unknown-option'], () =>
        method({ ...options, 'no such option': 1 } as never),
      );
    },
  };
}

type Subject = Workbench['subject'];

/** A large matrix, or an ordinary one if the large shape is refused, e.g. by a compressor for a number of bytes. */
function largeMatrix({ create, shapes, largeShape = [160, 120] }: Subject): Matrix {
  return normalMatrix('refused' in createFor(create, largeShape) ? shapes[0] : largeShape, 9);
}

async function callsOf(subject: Subject, matrix: Matrix): Promise<number[]> {
  const seen: number[] = [];
  await subject.create(matrix.shape).compress(matrix, { onProgress: (done) => seen.push(done) });
  return seen;
}

async function assertAborted(subject: Subject, matrix: Matrix, at: number, of: number): Promise<void> {
  const controller = new AbortController();
  const reason = new Error('stopped by the test');
  let calls = 0;
  const onProgress = () => {
    if (calls++ === at) controller.abort(reason);
  };
  const which = `call ${at + 1} of ${of}`;
  try {
    await subject.create(matrix.shape).compress(matrix, { signal: controller.signal, onProgress });
  } catch (error) {
    ensure(error === reason, `aborted in ${which}, it threw ${describeError(error)}, not the reason of the signal`);
    ensure(calls === at + 1, `aborted in ${which}, it reported progress ${calls - at - 1} times more`);
    return;
  }
  ensure(false, `compress() continued although it was aborted in ${which} of onProgress`);
}
