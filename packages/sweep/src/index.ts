// Searches over configurations: grids, random draws and successive halving, run by worker processes from a queue.

export { type FolderQueueOptions, folderQueue } from './folder/folder-queue.ts';
export { createJob, type Job } from './jobs/job.ts';
export type {
  Claim,
  Completion,
  DoneJob,
  EndedJob,
  FailedJob,
  JobFailure,
  JobQueue,
} from './jobs/job-queue.ts';
export { paretoFront } from './results/pareto-front.ts';
export { type Goal, rankResults } from './results/rank-results.ts';
export { grid } from './search/grid.ts';
export type { ParameterRange, Parameters } from './search/parameters.ts';
export { type RandomSearchOptions, randomSearch } from './search/random-search.ts';
export { type RunSweepOptions, runSweep } from './sweep/run-sweep.ts';
export { type RunWorkersOptions, runWorkers } from './sweep/run-workers.ts';
export { type HalvingBudget, type HalvingOptions, type Rung, successiveHalving } from './sweep/successive-halving.ts';
export { type ReadSweep, readSweep, type SweepDefinition } from './sweep/sweep-definition.ts';
export type { SweepOptions, SweepOutcome } from './sweep/sweep-options.ts';
export type { JobContext, JobFunction } from './workers/job-function.ts';
export type { WorkerOptions } from './workers/worker-options.ts';
