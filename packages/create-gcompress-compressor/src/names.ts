// The names in a generated package, derived from the name that the user gives.

/** All names that are derived from the one that the user gives. */
export interface Names {
  /** Of the npm package, e.g. `'gcompress-my-method'` or `'@acme/gcompress-my-method'`. */
  readonly packageName: string;
  /** Of the folder, which is the package's name without its scope. */
  readonly folder: string;
  /** Of the method, e.g. `'my-method'`. */
  readonly method: string;
  /** Of the format and of the method in saved models, e.g. `'acme/my-method'`; the scope of a package without one is its name. */
  readonly id: string;
  /** Of the exported function, e.g. `'myMethod'`. */
  readonly camelCase: string;
  /** Of types, e.g. `'MyMethod'`. */
  readonly pascalCase: string;
}

const WORDS = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*';
const NAME = new RegExp(`^(?:@(${WORDS})/)?(?:gcompress-)?(${WORDS})$`);
/** npm allows no longer package names. */
const LONGEST = 214;

/** Words that no function can have as its name, and names that the template uses itself. */
const TAKEN = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public return ' +
    'static super switch this throw true try typeof undefined var void while with yield describe expect it tf'
  ).split(' '),
);

/**
 * The names that follow from `my-method`, `gcompress-my-method` or `@acme/gcompress-my-method`; nothing when it is no name that a
 * package and a function can have.
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
