// Checks what a published package contains.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Scripts that npm runs on the machine of whoever installs a package. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];
/** Calls that make code of text; a page whose security policy forbids them must be able to use every package. */
const EVALUATION = /\beval\(|\bFunction\(|\bset(?:Timeout|Interval)\(['"`]/;
/** All that a tarball may hold; the change log is there once there was a release. */
const FILES = /^(?:(?:dist|src|assembly|template|schema)\/.+|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;

interface Manifest {
  readonly license?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What is wrong with a package as it is installed in `folder`; `source` is the folder that it was packed from. */
export function shapeProblems(folder: string, source: string): string[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { license, scripts = {}, exports = {}, dependencies = {}, peerDependencies = {} } = manifest;
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => !path.startsWith('node_modules') && statSync(join(folder, path)).isFile());
  const has = (path: string) => files.includes(path.replace('./', ''));
  const released = existsSync(join(source, 'CHANGELOG.md'));
  const ranges = Object.entries({ ...dependencies, ...peerDependencies });
  return [
    ...['README.md', 'LICENSE', ...(released ? ['CHANGELOG.md'] : [])]
      .filter((path) => !has(path))
      .map((path) => `no ${path}`),
    ...(license === 'Apache-2.0' ? [] : [`licence ${license}`]),
    ...INSTALL_SCRIPTS.filter((script) => script in scripts).map((script) => `runs '${script}' when it is installed`),
    ...files.filter((path) => !FILES.test(path)).map((path) => `holds ${path}`),
    ...files
      .filter((path) => /^dist\/.*\.js$/.test(path) && !has(`${path}.map`))
      .filter((path) => holdsCode(readFileSync(join(folder, path), 'utf8')))
      .map((path) => `no source map of ${path}`),
    ...files
      .filter((path) => /^dist\/.*\.js$/.test(path) && EVALUATION.test(readFileSync(join(folder, path), 'utf8')))
      .map((path) => `runs text as code in ${path}`),
    ...ranges.filter(([, range]) => !/^\^\d+\.\d+\.\d+$/.test(range)).map(([name, range]) => `needs ${name}@${range}`),
    ...Object.entries(exports).flatMap(([entry, target]) =>
      typeof target === 'string' ? [] : entryProblems(entry, target),
    ),
  ];
}

/** One ES module an entry, for `import` and for `require()` alike: Node loads it with both, or says that it cannot. */
function entryProblems(entry: string, target: Readonly<Record<string, string>>): string[] {
  const file = target.default;
  const wanted = { types: file?.replace(/\.js$/, '.d.ts'), default: file };
  return JSON.stringify(target) === JSON.stringify(wanted)
    ? []
    : [`entry '${entry}' is ${JSON.stringify(target)}, expected ${JSON.stringify(wanted)}`];
}

/** Whether a module does more than pass on what others export. */
function holdsCode(text: string): boolean {
  return text.split('\n').some((line) => line !== '' && !/^(?:import|export) \{.*;$/.test(line));
}
