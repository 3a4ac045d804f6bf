// Entry for programs that compute with compressed weights: matrices of a packed file in their stored form.
export {
  type ChooseStored,
  type KeptMatrix,
  type StoredModel,
  type StoredModelSource,
  storedModel,
} from './stored-model.ts';
