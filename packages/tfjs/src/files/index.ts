// The public names of the entry `./files`, for Node.
export { checkpointFolder } from './checkpoint-folder.ts';
export { csvFile } from './csv-file.ts';
export { deleteModel, type ModelFolderOptions, modelFolder } from './model-folder.ts';
export type { SummaryFile } from './summary-file.ts';
export { type TensorBoardFile, tensorBoardFile } from './tensor-board-file.ts';
