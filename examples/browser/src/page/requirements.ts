/** What the page cannot do without and the browser does not have, in words; empty when all is there. */
export function missingRequirements(scope: Partial<typeof globalThis> = globalThis): string[] {
  return [
    ...(scope.WebAssembly ? [] : ['WebAssembly, which computes the training']),
    ...(scope.Worker ? [] : ['web workers, in which the training runs beside the page']),
  ];
}
