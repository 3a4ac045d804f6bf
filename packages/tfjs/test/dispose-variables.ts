/** Runs with each test file: test files share a process, and a variable that one of them leaves behind must not take a name from the next. */

import { disposeVariables } from '@tensorflow/tfjs-core';
import { afterAll } from 'vitest';

afterAll(() => disposeVariables());
