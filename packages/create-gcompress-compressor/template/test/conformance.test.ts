// Checks the method against the whole contract.
import { testCompressor } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { myMethod } from '../src/index.ts';

// The tests that every method must pass, and the claims that this method makes beyond them
testCompressor({
  runner: { describe, it },
  name: 'my-method',
  method: myMethod,
  create: () => myMethod({}),
  claims: { fixedSize: true, neverWorseThanZero: true, minSignalToNoise: { 'rank-one': 120 } },
});
