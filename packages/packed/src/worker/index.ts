// Entry for pages that decode packed models in a worker: what the worker calls, and what the page calls.

export type { MessageTarget } from './messages.ts';
export { type ServeModelsOptions, serveModels } from './serve-models.ts';
export { type WorkerSource, workerModel } from './worker-model.ts';
