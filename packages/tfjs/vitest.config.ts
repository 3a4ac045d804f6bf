// Tests of everything but the kernels, whose registry must be theirs alone: see vitest.backends.config.ts.
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

export default mergeConfig(base, {
  test: { exclude: ['test/backends/**'], setupFiles: ['test/restore-tensorflow.ts'] },
});
