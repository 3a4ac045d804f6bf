// Starts the fastest backend that is installed.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, describeValue } from '@gcompress/core/checks';
import { env, findBackendFactory, getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import {
  BACKEND_CANDIDATES,
  type BackendCandidate,
  type BackendLoader,
  type BackendName,
  type BackendPackage,
} from './backend-packages.ts';
import { withLegacyUtil } from './legacy-util.ts';
import { nearestBackend } from './nearest-backend.ts';
import { registerTrainingKernels } from './register-training-kernels.ts';

/** How {@link selectBackend} chooses. */
export interface SelectBackendOptions {
  /** The only backend to try. Default: the fastest that starts. */
  readonly only?: BackendName;
  /** Imports a package. Default: `import(package)`. For tests and special bundles. */
  readonly loaders?: Readonly<Partial<Record<BackendPackage, BackendLoader>>>;
}

/** The outcome for one package. */
export interface BackendAttempt {
  readonly package: BackendPackage;
  /** `'selected'`, or why it was passed over, e.g. `'is not installed'`. */
  readonly outcome: string;
}

/** The selected backend, and why it was selected. */
export interface SelectedBackend {
  readonly name: BackendName;
  readonly package: BackendPackage;
  /** A sentence for a log. */
  readonly reason: string;
  /** Every package that was tried, in order; the last package was selected. */
  readonly tried: readonly BackendAttempt[];
}

/**
 * Starts the fastest backend that is installed and makes TensorFlow.js use it: `@tensorflow/tfjs-node-gpu`,
 * `@tensorflow/tfjs-node` (both in Node only), `@tensorflow/tfjs-backend-wasm`, `@tensorflow/tfjs-backend-cpu`. All are
 * optional; a package that is not installed or does not start is skipped. With wasm the kernels of
 * {@link registerTrainingKernels} are added.
 *
 * The backend is set on the `@tensorflow/tfjs-core` of the application. In a browser the location of the `.wasm` files is
 * the application's: call `setWasmPaths` first. WebGL and WebGPU are not tried.
 *
 * @throws GCompressError `unsupported`, with a list of the packages tried, when `only` or all packages do not start; the backend that
 * was set before is then set again. `invalid-option` or `unknown-option` for wrong options; for a misspelt backend the error suggests the
 * nearest name.
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  assertKnownOptions('selectBackend', options, ['only', 'loaders']);
  const { only, loaders = {} } = options;
  const candidates = BACKEND_CANDIDATES.filter(({ name }) => only === undefined || name === only);
  assertKnownOptions(
    'selectBackend loaders',
    loaders,
    BACKEND_CANDIDATES.map((candidate) => candidate.package),
  );
  if (candidates.length === 0) throw unknownBackend(only);

  const before = getBackend();
  const passedOver: BackendAttempt[] = [];
  for (const candidate of candidates) {
    const failure = await start(candidate, loaders[candidate.package] ?? candidate.load);
    if (failure === undefined) {
      if (candidate.name === 'wasm') registerTrainingKernels('wasm');
      return {
        name: candidate.name,
        package: candidate.package,
        reason: reasonFor(only, passedOver),
        tried: [...passedOver, { package: candidate.package, outcome: 'selected' }],
      };
    }
    passedOver.push({ package: candidate.package, outcome: failure });
  }
  if (before) await setBackend(before);
  throw new GCompressError('unsupported', {
    where: 'selectBackend',
    expected: only === undefined ? 'a backend that starts' : `the backend '${only}'`,
    actual: listed(passedOver),
    hint: `Install ${candidates.map((candidate) => candidate.package).join(' or ')} beside @tensorflow/tfjs-core.`,
  });
}

function unknownBackend(only: unknown): GCompressError {
  const hint = typeof only === 'string' ? hintFor(only) : undefined;
  return new GCompressError('invalid-option', {
    where: 'selectBackend only',
    expected: `a backend among ${[...new Set(BACKEND_CANDIDATES.map(({ name }) => `'${name}'`))].join(', ')}`,
    actual: describeValue(only),
    ...(hint !== undefined && { hint }),
  });
}

function hintFor(only: string): string | undefined {
  if (/^web(gl|gpu)$/i.test(only)) return 'WebGL and WebGPU are not tried; call tf.setBackend for them.';
  const meant = nearestBackend(only);
  return meant === undefined ? undefined : `Did you mean '${meant}'?`;
}

/** Starts a candidate; returns why it cannot be used, or undefined if it is now in use. */
async function start(candidate: BackendCandidate, load: BackendLoader): Promise<string | undefined> {
  const { name, native } = candidate;
  if (native && !env().getBool('IS_NODE')) return 'needs Node';
  try {
    // The application may have registered a backend from a place that this package cannot import from. A native backend is
    // always imported, because its two packages share one name, and only the import tells which package is installed.
    if (native) await withLegacyUtil(load);
    else if (findBackendFactory(name) === null) await load();
    if (findBackendFactory(name) === null) return 'registered its backend with another copy of @tensorflow/tfjs-core';
    if (!(await setBackend(name))) return 'did not start';
    await ready();
    return undefined;
  } catch (error) {
    return failureOf(error, candidate.package);
  }
}

function failureOf(error: unknown, name: BackendPackage): string {
  const { message, code }: Error & { code?: string } = error instanceof Error ? error : new Error(String(error));
  // With another name in the message, the package is installed but one of its dependencies is not
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)) return 'is not installed';
  return `failed: ${message.split('\n', 1)[0].replace(/[.\s]+$/, '')}`;
}

function reasonFor(only: BackendName | undefined, passedOver: readonly BackendAttempt[]): string {
  if (only !== undefined) return `'${only}' was asked for.`;
  if (passedOver.length === 0) return 'It is the fastest.';
  return `It is the fastest that starts here: ${listed(passedOver)}.`;
}

function listed(attempts: readonly BackendAttempt[]): string {
  return attempts.map((attempt) => `${attempt.package} ${attempt.outcome}`).join('; ');
}
