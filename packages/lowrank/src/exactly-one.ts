/** One of the properties of T, and none of the others. */
export type ExactlyOne<T> = {
  [K in keyof T]-?: { readonly [own in K]-?: Exclude<T[own], undefined> } & {
    readonly [other in Exclude<keyof T, K>]?: undefined;
  };
}[keyof T];
