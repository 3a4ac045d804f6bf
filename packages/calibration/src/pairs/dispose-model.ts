// Disposes a loaded model with all of its weights.

interface Variable {
  readonly isDisposed?: boolean;
  dispose(): unknown;
}

/** Disposes a model, and the weights of models inside it, which TensorFlow.js 4.22 keeps. */
export function disposeModel(model: { dispose(): unknown; readonly weights?: unknown }): void {
  const { weights } = model;
  const variables = Array.isArray(weights) ? (weights as { readonly val?: Variable }[]).map(({ val }) => val) : [];
  model.dispose();
  for (const variable of variables) if (variable?.isDisposed === false) variable.dispose();
}
