// Checks the types of the whole workspace: one program for all packages with the same compiler options, so that no source is checked twice.
import { dirname, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
/** One for each package, as `pnpm typecheck` in its folder reads it, and the root's for the tools. */
const CONFIGS = ['tsconfig.json', '{packages,examples}/*/tsconfig.json', '{benchmarks,docs,fixtures}/tsconfig.json'];

/** What is checked in one program. */
interface Group {
  readonly options: ts.CompilerOptions;
  readonly files: Set<string>;
  readonly configs: string[];
}

const host: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};
const groups = new Map<string, Group>();
const problems: ts.Diagnostic[] = [];
for (const name of globSync(CONFIGS, { cwd: root }).sort()) {
  const { options, fileNames, errors } = configIn(name);
  problems.push(...errors);
  const { configFilePath: _, ...rest } = options;
  // Types that a package names are those of its own folder
  const key = JSON.stringify([rest, rest.types?.some((type) => type !== 'node') ? dirname(name) : '']);
  const group = groups.get(key) ?? { options, files: new Set(), configs: [] };
  groups.set(key, group);
  group.configs.push(name);
  for (const file of fileNames) group.files.add(file);
}

for (const { options, files, configs } of groups.values()) {
  const program = ts.createProgram([...files], options);
  problems.push(...ts.getPreEmitDiagnostics(program));
  console.log(`${configs.map((name) => dirname(name)).join(', ')}: ${files.size} files`);
}

if (problems.length > 0) {
  console.error(ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(problems), host));
  process.exitCode = 1;
}

/** A configuration with all that it extends. */
function configIn(name: string): ts.ParsedCommandLine {
  const path = resolve(root, name);
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error) throw new Error(ts.formatDiagnostic(error, host));
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), undefined, path);
}
