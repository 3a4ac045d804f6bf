// The zeros that the windows of a convolution touch.
import type { backend_util } from '@tensorflow/tfjs-core';

/**
 * The zeros around an input `[b, h, w, c]` that the windows of a convolution touch, as explicit padding. Unlike
 * `info.padInfo` it leaves out zeros behind the last window, and adds the zeros that a `ceil` rounding mode needs there.
 */
export function exactPadding(info: backend_util.Conv2DInfo): backend_util.ExplicitPadding {
  const { top, left } = info.padInfo;
  const lastRow = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
  const lastColumn = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
  return [
    [0, 0],
    [top, Math.max(0, lastRow - info.inHeight - top)],
    [left, Math.max(0, lastColumn - info.inWidth - left)],
    [0, 0],
  ];
}
