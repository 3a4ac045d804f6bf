// Public API of `@gcompress/planner/folder`: evaluations in a folder, for Node.
export { folderStore } from './folder-store.ts';
