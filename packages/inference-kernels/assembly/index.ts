// The kernels in 128-bit SIMD. Addresses are bytes in the imported memory. Products are added to y.
export { blocksLanes, blocksVector } from './blocks';
export { bytesBatch } from './bytes';
export { codebookBatch, codebookVector } from './codebook';
export { dictionaryLanes, dictionaryVector } from './dictionary';
export { fromLanes, toLanes } from './lanes';
export { scaleColumns, scaleTo, signsLanes, signsVector, turnBack } from './signs';
export { sparseLanes, sparseVector } from './sparse';
