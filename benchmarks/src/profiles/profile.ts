// Samples where the processor time of a run goes, by function.
import { Session } from 'node:inspector/promises';

/** A part of the time of a run. */
export interface Share {
  /** The function and its file, or the export of a WebAssembly module. */
  readonly what: string;
  /** From 0 to 1. */
  readonly share: number;
}

/** Microseconds between two samples. */
const INTERVAL = 500;
/** Time without JavaScript, and calls of the profiler. */
const OUTSIDE = ['(idle)', '(program)', '(root)', 'dispatch'];

/**
 * The functions that take the most time of a run themselves, largest first. Shares depend less on other programs than times do.
 *
 * @param exports the exports of the WebAssembly module that the run uses, to name its functions.
 * @param least the smallest share that is listed.
 */
export async function profile(run: () => unknown, exports: object, least = 0.03): Promise<Share[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
  await session.post('Profiler.start');
  await run();
  const { profile: sampled } = await session.post('Profiler.stop');
  session.disconnect();
  const frames = new Map(sampled.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const names = exportNames(exports);
  const spent = new Map<string, number>();
  let total = 0;
  for (const [at, id] of (sampled.samples ?? []).entries()) {
    const frame = frames.get(id);
    if (!frame || OUTSIDE.includes(frame.functionName)) continue;
    const time = sampled.timeDeltas?.[at] ?? 0;
    const what = nameOf(frame.functionName, frame.url, names);
    spent.set(what, (spent.get(what) ?? 0) + time);
    total += time;
  }
  return [...spent]
    .map(([what, time]) => ({ what, share: time / total }))
    .filter(({ share }) => share >= least)
    .sort((a, b) => b.share - a.share);
}

/** The names of exported functions by V8's names, which number them. */
function exportNames(exports: object): ReadonlyMap<string, string> {
  const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function');
  return new Map(functions.map(([name, { name: index }]) => [`wasm-function[${index}]`, name]));
}

function nameOf(name: string, url: string, exports: ReadonlyMap<string, string>): string {
  if (url.startsWith('wasm:')) return `\`${exports.get(name) ?? name}\` in WebAssembly`;
  if (name === '(garbage collector)') return 'garbage collection';
  const file = url.split('/').pop()?.split('?')[0];
  return `\`${name || 'anonymous'}\` in ${file || 'Node.js'}`;
}
