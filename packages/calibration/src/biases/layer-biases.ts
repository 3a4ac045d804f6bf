// Finds the bias of each kernel in a layers model, by the names of the weights.

const KERNELS = /^(kernel|depthwise_kernel|pointwise_kernel)(_\d+)?$/;

/** The bias of each kernel that has one, by name. Recurrent layers are left out, because gates follow their kernels. */
export function layerBiases(names: Iterable<string>): Map<string, string> {
  const folders = new Map<string, string[]>();
  for (const name of names) {
    const end = name.lastIndexOf('/');
    const folder = name.slice(0, Math.max(end, 0));
    folders.set(folder, [...(folders.get(folder) ?? []), name]);
  }
  const found = new Map<string, string>();
  for (const siblings of folders.values()) {
    const last = (name: string) => name.slice(name.lastIndexOf('/') + 1);
    const biases = siblings.filter((name) => /^bias(_\d+)?$/.test(last(name)));
    // In a separable convolution, the bias belongs to the last kernel
    const kernels = siblings.filter((name) => KERNELS.test(last(name))).slice(-1);
    const isRecurrent = siblings.some((name) => last(name).startsWith('recurrent_kernel'));
    if (biases.length === 1 && kernels.length === 1 && !isRecurrent) found.set(kernels[0], biases[0]);
  }
  return found;
}
