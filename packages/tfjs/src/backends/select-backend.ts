// Starts the fastest backend that is there.
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
  /** The backend that must be used; nothing else is tried. Left out: the fastest that starts. */
  readonly only?: BackendName;
  /** How a package is imported, where the default `import(package)` does not fit: tests, special bundles. */
  readonly loaders?: Readonly<Partial<Record<BackendPackage, BackendLoader>>>;
}

/** What came of one package. */
export interface BackendAttempt {
  readonly package: BackendPackage;
  /** `'selected'`, or why it was passed over, e.g. `'is not installed'`. */
  readonly outcome: string;
}

/** The backend in use, and why it is that one. */
export interface SelectedBackend {
  readonly name: BackendName;
  readonly package: BackendPackage;
  /** A sentence for a log. */
  readonly reason: string;
  /** Every package that was considered, in that order; the last one was selected. */
  readonly tried: readonly BackendAttempt[];
}

/**
 * Starts the fastest backend that is there and makes it the one TensorFlow.js uses: `@tensorflow/tfjs-node-gpu`,
 * `@tensorflow/tfjs-node` (both in Node only), `@tensorflow/tfjs-backend-wasm`, `@tensorflow/tfjs-backend-cpu`. All are
 * optional; one that is not installed or does not start is passed over. With wasm the kernels of
 * {@link registerTrainingKernels} are added.
 *
 * The backend is set on the `@tensorflow/tfjs-core` of the application. In a browser the location of the `.wasm` files is
 * the application's: call `setWasmPaths` first. WebGL and WebGPU are not tried.
 *
 * @throws GCompressError `unsupported`, listing what was tried, when `only` does not start or nothing does; the backend
 * that was set before is then set again. `invalid-option` or `unknown-option` for options that are not allowed; for a misspelt backend with the name
 * that is nearest.
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
    expected: `one of ${[...new Set(BACKEND_CANDIDATES.map(({ name }) => `'${name}'`))].join(', ')}`,
    actual: describeValue(only),
    ...(hint !== undefined && { hint }),
  });
}

function hintFor(only: string): string | undefined {
  if (/^web(gl|gpu)$/i.test(only)) return 'WebGL and WebGPU are not tried; call tf.setBackend for them.';
  const meant = nearestBackend(only);
  return meant === undefined ? undefined : `Did you mean '${meant}'?`;
}

/** Why the candidate cannot be used; nothing when it is in use now. */
async function start(candidate: BackendCandidate, load: BackendLoader): Promise<string | undefined> {
  const { name, native } = candidate;
  if (native && !env().getBool('IS_NODE')) return 'needs Node';
  try {
    // What the application has registered itself may lie where this package cannot import it from. Not so for a native
    // backend: its two packages share one name, and only the import tells which of them is there.
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
  // The same code with another name in the message: the package is there, one of its dependencies is not
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
