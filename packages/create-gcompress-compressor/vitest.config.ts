import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

// The template is a package that works as it is: its tests run here, before anything is generated from it
export default mergeConfig(base, { test: { include: ['test/**/*.test.ts', 'template/test/**/*.test.ts'] } });
