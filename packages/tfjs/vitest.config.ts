// Tests of everything but the kernels, whose registry must be theirs alone: see vitest.backends.config.ts.
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

export default mergeConfig(base, {
  // Layers register classes in a map of TensorFlow.js, which tests of other files must not see
  test: { exclude: ['test/backends/**'], setupFiles: ['test/dispose-variables.ts'], isolate: true },
});
