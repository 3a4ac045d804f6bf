// The public names of the package.
export { above, backendOption, integer, UsageError, usageErrorFrom } from './options.ts';
export { type Backend, startBackend } from './start-backend.ts';
