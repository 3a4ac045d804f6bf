export { modelFolder } from './model-folder.ts';
