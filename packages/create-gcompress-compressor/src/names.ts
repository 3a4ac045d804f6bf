// The names in a generated package, derived from the name that the user gives.

/** All names that are derived from the name that the user gives. */
export interface Names {
  /** Name of the npm package, e.g. `'gcompress-my-method'` or `'@acme/gcompress-my-method'`. */
  readonly packageName: string;
  /** Name of the folder, which is the package's name without its scope. */
  readonly folder: string;
  /** Name of the method, e.g. `'my-method'`. */
  readonly method: string;
  /** Name of the format, and of the method in saved models, e.g. `'acme/my-method'`. A package without scope has its own name as scope. */
  readonly id: string;
  /** Name of the exported function, e.g. `'myMethod'`. */
  readonly camelCase: string;
  /** Name in types, e.g. `'MyMethod'`. */
  readonly pascalCase: string;
}

const WORDS = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*';
const NAME = new RegExp(`^(?:@(${WORDS})/)?(?:gcompress-)?(${WORDS})$`);
/** The longest package name that npm allows. */
const LONGEST = 214;

/** Words that cannot be names of functions, and names that the template uses itself. */
const TAKEN = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public return ' +
    'static super switch this throw true try typeof undefined var void while with yield describe expect it tf'
  ).split(' '),
);

/**
 * The names derived from `my-method`, `gcompress-my-method` or `@acme/gcompress-my-method`; undefined if a package or a function cannot
 * have this name.
 */
export function namesFrom(given: string): Names | undefined {
  const [, scope, method] = NAME.exec(given) ?? [];
  if (method === undefined) return undefined;
  const pascalCase = method.replace(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
  const camelCase = `${pascalCase[0].toLowerCase()}${pascalCase.slice(1)}`;
  const folder = `gcompress-${method}`;
  const packageName = scope === undefined ? folder : `@${scope}/${folder}`;
  if (TAKEN.has(camelCase) || packageName.length > LONGEST) return undefined;
  return { packageName, folder, method, id: `${scope ?? folder}/${method}`, camelCase, pascalCase };
}
