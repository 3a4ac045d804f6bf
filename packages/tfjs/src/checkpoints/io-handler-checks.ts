// Checks that an IO handler can save or load.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';

/**
 * The `save` or `load` of a handler; a handler of tfjs may lack either.
 *
 * @throws GCompressError `invalid-option` for anything but a handler, `unsupported` for a handler without this method.
 */
export function methodOf<M extends 'save' | 'load'>(
  where: string,
  handler: io.IOHandler,
  method: M,
): NonNullable<io.IOHandler[M]> {
  const given: unknown = handler;
  if (typeof given !== 'object' || given === null) {
    throw new GCompressError('invalid-option', {
      where: `${where} handler`,
      expected: 'an IOHandler',
      actual: describeValue(given),
      hint: 'Pass modelFolder(path), or a handler of tf.io.',
    });
  }
  const found = handler[method];
  if (typeof found === 'function') return found.bind(handler) as NonNullable<io.IOHandler[M]>;
  throw new GCompressError('unsupported', {
    where: `${where} handler`,
    expected: `an IOHandler that can ${method}`,
    actual: `a handler whose ${method} is ${describeValue(found)}`,
  });
}
