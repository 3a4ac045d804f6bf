// Public API: finds the weight matrices of a saved model, converts between weights and matrices, and reads graphs.

export { nodesInControlFlow } from './control-flow.ts';
export { type GraphNode, type GraphUse, graphNodes, graphUses } from './graph-weights.ts';
export { matrixOfWeight, weightOfMatrix } from './matrix-of-weight.ts';
export type { MatrixWeight, WeightKind } from './matrix-weight.ts';
export { matrixWeights } from './matrix-weights.ts';
export { type NodeAttributes, nodeAttributes } from './node-attributes.ts';
