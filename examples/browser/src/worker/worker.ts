// Entry of the worker.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { expose } from 'comlink';
import { Trainer } from './trainer.ts';
import { wasmFiles } from './wasm-files.ts';

setWasmPaths(wasmFiles);
expose(new Trainer());
