// Compresses the weights of a model one after the other, each for the inputs that it sees in the network compressed so far.
import type { InputPairs, OpenPairs, PairedInputs } from '@gcompress/calibration';
import { partialProgress, reportProgress } from '@gcompress/core';
import type { ModelContents } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import { type Decision, outcomeOf } from '../decisions/decisions.ts';
import type { FormOptions } from '../forms/weight-forms.ts';
import type { Outcome } from '../model/build-model.ts';
import { withCorrectedBias } from './corrected-bias.ts';
import { ModelSoFar } from './model-so-far.ts';
import { aimedAt, targetOf } from './target.ts';

/** What {@link compressedInOrder} is given. */
export interface OrderOptions extends FormOptions {
  readonly sequential: PairedInputs;
}

/** Part of a step's work in running both models. */
const RUNNING = 0.6;

/**
 * Compresses each weight as decided, in the order in which the model uses them. Weights that read the same tensor make one step. A step runs the
 * original and the network compressed so far over all inputs. The outputs of the original are the target of a weight, and a bias takes up the
 * mean error that is left. Of equal weights, the first that is used is compressed for its inputs, and the others become copies of it.
 *
 * @returns the outcome of each weight, in the order of the decisions.
 * @throws GCompressError as `calibrate`; the signal's reason when aborted.
 */
export async function compressedInOrder(
  artifacts: io.ModelArtifacts,
  contents: ModelContents,
  decisions: readonly Decision[],
  options: OrderOptions,
): Promise<Outcome[]> {
  const byName = new Map(decisions.map((decision) => [decision.subject.weight.name, decision]));
  const originalOf = (decision: Decision) => byName.get(decision.subject.copyOf ?? '') ?? decision;
  const compressed = new Set<Decision>();
  const soFar = new ModelSoFar(contents);
  for (const decision of decisions) {
    if (!decision.compressor) soFar.set(await outcomeOf(decision, undefined, options));
  }
  const pairing = await options.sequential.open(artifacts);
  try {
    const steps = stepsOf(pairing, byName);
    for (const [index, step] of steps.entries()) {
      const part = (from: number, to: number) =>
        partialProgress(options, (index + from) / steps.length, (index + to) / steps.length);
      reportProgress(part(0, 0), 0);
      const pairs = await pairing.compare(soFar.artifacts(), matricesOf(step), part(0, RUNNING));
      for (const [at, name] of step.entries()) {
        const [from, to] = [at, at + 1].map((done) => RUNNING + ((1 - RUNNING) * done) / step.length);
        await finish(byName.get(name) as Decision, pairs.get(name), { ...options, ...part(from, to) });
      }
    }
  } finally {
    pairing.close();
  }
  return decisions.map(({ subject }) => soFar.outcome(subject.weight.name) as Outcome);

  /** The matrices that are compressed; of the others only means are needed, for their biases. */
  function matricesOf(step: readonly string[]) {
    return new Map(
      step.map((name) => {
        const original = originalOf(byName.get(name) as Decision);
        const isOpen = original.compressor && !compressed.has(original);
        return [name, isOpen ? original.subject.matrix?.weight.matrix : undefined] as const;
      }),
    );
  }

  /** Compresses a weight, unless it stays as it is, and corrects its bias. */
  async function finish(decision: Decision, pairs: InputPairs | undefined, how: FormOptions): Promise<void> {
    const { name } = decision.subject.weight;
    const original = originalOf(decision);
    const bias = soFar.outcome(pairing.biases.get(name) ?? '');
    const whole = original.subject.matrix;
    if (whole && original.compressor && !compressed.has(original)) {
      compressed.add(original);
      const aim = partialProgress(how, 0, 0.3);
      const target = pairs && targetOf(whole.weight.matrix, pairs, bias !== undefined, how.kernels, aim);
      const matrix = pairs ? aimedAt(whole, target) : whole;
      const outcome = await outcomeOf(original, matrix, { ...how, ...partialProgress(how, 0.3, 1) });
      for (const equal of decisions) {
        if (originalOf(equal) === original) soFar.set({ ...outcome, subject: equal.subject });
      }
    }
    const outcome = soFar.outcome(name);
    if (outcome && bias && pairs) {
      const corrected = withCorrectedBias(bias, outcome, pairs);
      if (corrected) soFar.set(corrected);
    }
  }
}

/** The steps: groups of weights that read one tensor, in the order of their use, and last those whose inputs cannot be observed. */
function stepsOf({ order }: OpenPairs, decisions: ReadonlyMap<string, Decision>): string[][] {
  const seen = new Set(order.flat());
  const unseen = [...decisions].flatMap(([name, { compressor }]) => (compressor && !seen.has(name) ? [name] : []));
  return [...order, unseen].map((step) => step.filter((name) => decisions.has(name))).filter((step) => step.length > 0);
}
