// Runs with each test file: files share a process, and find TensorFlow.js as it is in a process of their own.
import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables, serialization, setBackend } from '@tensorflow/tfjs-core';
// Registers its own classes, before they are noted below
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll } from 'vitest';

// A layer is loaded by its class name, so a class that a file registers must be unknown to the next
const { classNameMap } = serialization.SerializationMap.getMap();
const registered = { ...classNameMap };

beforeAll(async () => {
  await setBackend('cpu');
});

afterAll(() => {
  // Their names would be taken
  disposeVariables();
  for (const name of Object.keys(classNameMap)) delete classNameMap[name];
  Object.assign(classNameMap, registered);
});
