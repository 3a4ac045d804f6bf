// Reads the factors of an operator from their variables, as a compressed matrix.
import type { CompressedFormat, CompressedMatrix, Factor, FactorizationPlan, MatrixForm } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import type { Variable } from '@tensorflow/tfjs-core';

/** The values of each factor, by name. */
export type FactorValues = Readonly<Record<string, Factor['data']>>;

/** The parts of a compressed matrix besides the values of its factors. */
export interface MatrixParts {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly plan: FactorizationPlan;
  readonly notes: readonly string[];
}

/** Reads the values of the factors. */
export async function factorValues(factors: Readonly<Record<string, Variable>>): Promise<FactorValues> {
  const entries = Object.entries(factors);
  const values = await Promise.all(entries.map(([, variable]) => variable.data()));
  return Object.fromEntries(entries.map(([name], i) => [name, values[i] as Factor['data']]));
}

/** {@link factorValues} without a promise; blocks on backends that must read back from a device. */
export function factorValuesSync(factors: Readonly<Record<string, Variable>>): FactorValues {
  const values = Object.entries(factors).map(
    ([name, variable]) => [name, variable.dataSync() as Factor['data']] as const,
  );
  return Object.fromEntries(values);
}

/** The compressed matrix with these values in its factors; `trim` removes their zero padding. */
export function matrixOfValues(parts: MatrixParts, values: FactorValues, trim: boolean): CompressedMatrix {
  const { format, form, plan, notes } = parts;
  const factors = Object.entries(plan.factors).map(([name, spec]) => [name, { ...spec, data: values[name] }] as const);
  const factorization = { ...form, factors: Object.fromEntries(factors) };
  return createCompressedMatrix(format, trim && format.trim ? format.trim(factorization) : factorization, notes);
}
