// Entry for tools that list what a packed file stores.
export {
  type PackedContentsOptions,
  type PackedFileContents,
  packedContents,
  type StoredForm,
  type StoredWeight,
} from './packed-contents.ts';
