// Which weights of a saved model are matrices, and how each is read as one.
export { type GraphNode, type GraphUse, graphNodes, graphUses } from './graph-weights.ts';
export { matrixOfWeight, weightOfMatrix } from './matrix-of-weight.ts';
export type { MatrixWeight, WeightKind } from './matrix-weight.ts';
export { matrixWeights } from './matrix-weights.ts';
