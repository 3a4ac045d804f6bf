// Hostile files and arguments that packedLayersModel refuses.
import { isGCompressError } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { storedModel } from '@gcompress/packed/stored';
import { describe, expect, it } from 'vitest';
import { type LoadedMatrixReport, packedLayersModel } from '../../../src/layers/index.ts';
import { savedArtifacts } from '../../networks.ts';
import { loadPacked, usePackedLayers, wordNetwork } from './packed-networks.ts';

usePackedLayers();

describe('a hostile file', () => {
  const codeOf = async (loading: Promise<unknown>) => {
    const error = await loading.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (isGCompressError(error)) return error.code;
    throw error ?? new Error('it loaded');
  };

  it('with models nested too deep is refused', async () => {
    const artifacts = await savedArtifacts(wordNetwork());
    let modelTopology = artifacts.modelTopology as object;
    for (let depth = 0; depth < 40; depth++) {
      modelTopology = { class_name: 'Sequential', config: { name: `s${depth}`, layers: [modelTopology] } };
    }
    const { bytes } = await pack({ ...artifacts, modelTopology });
    expect(await codeOf(loadPacked(bytes))).toBe('file-header');
  });

  it('with two layers of one name loads neither as a packed layer', async () => {
    const artifacts = await savedArtifacts(wordNetwork());
    const topology = artifacts.modelTopology as { readonly config: { readonly layers: readonly object[] } };
    const layers = [...topology.config.layers, ...topology.config.layers];
    const { bytes } = await pack({
      ...artifacts,
      modelTopology: { ...topology, config: { ...topology.config, layers } },
    });
    const reports: (readonly LoadedMatrixReport[])[] = [];
    const handler = packedLayersModel(storedModel(bytes), { onReport: (report) => reports.push(report) });
    await handler.load?.();
    expect(reports[0].map(({ reason }) => reason)).toContainEqual(expect.stringMatching(/^2 layers/));
    expect(reports[0].every(({ layer }) => layer === undefined)).toBe(true);
  });
});

describe('arguments', () => {
  it.each([
    ['no source', () => packedLayersModel(undefined as never), 'invalid-option'],
    ['a source without load', () => packedLayersModel({} as never), 'invalid-option'],
    [
      'an unknown option',
      () => packedLayersModel(storedModel(new Uint8Array(1)), { kernels: [] } as never),
      'unknown-option',
    ],
    [
      'another preference',
      () => packedLayersModel(storedModel(new Uint8Array(1)), { prefer: 'size' as never }),
      'invalid-option',
    ],
    [
      'compressors for methods',
      () => packedLayersModel(storedModel(new Uint8Array(1)), { methods: [3] as never }),
      'invalid-option',
    ],
  ])('%s are refused', (_, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
