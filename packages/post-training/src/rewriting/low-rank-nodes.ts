// Puts low-rank factors into a graph model as nodes of their own.
import type { CompressedMatrix } from '@gcompress/core';
import { type ModelContents, packWeight, readModel } from '@gcompress/packed/weights';
import { type SplitWeight, splitGraph } from '@gcompress/rewrite';
import type { io } from '@tensorflow/tfjs-core';
import { plainForm } from '../forms/weight-forms.ts';
import type { Outcome } from '../model/build-model.ts';
import type { Factor, LowRankNodes } from '../model/report.ts';

/** A graph with low-rank nodes, the outcomes of its weights, and what is to be reported about the new ones. */
export interface SplitModel {
  readonly contents: ModelContents;
  readonly outcomes: readonly Outcome[];
  /** What the new constants are factors of, by their names. */
  readonly factors: ReadonlyMap<string, Factor>;
  readonly lowRank: LowRankNodes;
}

/** The same for a model that stays as it is: of layers, or without products of two matrices. */
export type MaybeSplit = Pick<SplitModel, 'contents' | 'outcomes'> & Partial<SplitModel>;

/**
 * Splits the nodes of all weights that became a product of two matrices. The factors are stored as other weights that are not compressed.
 *
 * @param artifacts the given model, of which `contents` was read.
 */
export function withLowRankNodes(
  artifacts: io.ModelArtifacts,
  contents: ModelContents,
  outcomes: readonly Outcome[],
): MaybeSplit {
  const isGraph = Array.isArray((contents.model.modelTopology as { readonly node?: unknown }).node);
  const products = new Map(isGraph ? outcomes.flatMap(productOf) : []);
  if (products.size === 0) return { contents, outcomes };
  const { artifacts: rewritten, split, kept } = splitGraph(artifacts, products);
  const byName = new Map(outcomes.map((outcome) => [outcome.subject.weight.name, outcome]));
  const factors = new Map<string, Factor>();
  for (const { name, factors: own } of split) {
    const { method, options } = byName.get(name)?.form ?? {};
    if (method !== undefined && options) for (const one of own) factors.set(one, { factorOf: name, method, options });
  }
  const now = readModel('compressNow', rewritten);
  return {
    contents: now,
    outcomes: now.weights.map((weight) => {
      const { factorOf } = factors.get(weight.name) ?? {};
      const { rest } = byName.get(factorOf ?? weight.name) as Outcome;
      if (factorOf === undefined) return byName.get(weight.name) as Outcome;
      const kernel = now.kernels.get(weight.name);
      const plain = packWeight(weight, { kernel, compression: {}, rest });
      const subject = { weight, kernel, plain, matrix: undefined };
      const notes = weight.name === firstOf(split, factorOf) ? products.get(factorOf)?.notes.join(' ') : undefined;
      return { subject, form: plainForm(subject), rest, note: notes || undefined };
    }),
    factors,
    lowRank: { split: split.map((one) => withOutputError(one, byName.get(one.name))), kept },
  };
}

function firstOf(split: readonly SplitWeight[], name: string): string | undefined {
  return split.find((one) => one.name === name)?.factors[0];
}

function productOf({ subject, form }: Outcome): readonly (readonly [string, CompressedMatrix])[] {
  const { compressed } = form;
  const isProduct = compressed?.compressor.format.product?.length === 2;
  return isProduct ? [[subject.weight.name, compressed.matrix()]] : [];
}

function withOutputError(split: SplitWeight, outcome: Outcome | undefined): SplitWeight {
  const { outputError } = outcome?.form ?? {};
  return outputError === undefined ? split : { ...split, outputError };
}
