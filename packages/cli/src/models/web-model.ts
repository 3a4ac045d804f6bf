// Reads models from web addresses, and checks the responses.
import { GCompressError, isGCompressError } from '@gcompress/core';
import { packedModel, splitSource } from '@gcompress/packed/load';
import { io } from '@tensorflow/tfjs-core';
import { inputError, messageOf } from '../process/refusals.ts';
import { decoders } from './decoders.ts';
import { loaded } from './local-model.ts';
import type { OnRead, OpenedModel } from './opened-model.ts';

/** The model at an address of a `model.json`, of a packed file (`.gcm`), or of the folder of a `model.json`. */
export async function fromAddress(address: string, onRead?: OnRead): Promise<Omit<OpenedModel, 'name'>> {
  const url = parsed(address);
  return url.pathname.endsWith('.gcm') ? fromPacked(url, onRead) : fromModelJson(withModelJson(url));
}

async function fromPacked(url: URL, onRead?: OnRead): Promise<Omit<OpenedModel, 'name'>> {
  let bytes = 0;
  const open = splitSource(url);
  const counted = async function* (signal?: AbortSignal) {
    for await (const piece of open(signal)) {
      bytes += piece.length;
      yield piece;
    }
  };
  const options = { formats: decoders(), ...(onRead && { onProgress: onRead }) };
  const artifacts = await loaded(packedModel(counted, options));
  return { artifacts, bytes, isPacked: true };
}

async function fromModelJson(url: URL): Promise<Omit<OpenedModel, 'name'>> {
  let bytes = 0;
  const fetchFunc = async (address: string | URL | Request, init?: RequestInit) => {
    const response = await answerOf(String(address), init);
    const content = await response.arrayBuffer().catch((cause: unknown) => {
      throw new GCompressError('file-interrupted', {
        where: `'${address}'`,
        expected: 'the whole file',
        actual: messageOf(cause),
        cause,
      });
    });
    assertNoPage(String(address), response, content);
    bytes += content.byteLength;
    return new Response(content);
  };
  try {
    const artifacts = await loaded(io.http(url.href, { fetchFunc: fetchFunc as typeof fetch }));
    return { artifacts, bytes, isPacked: false };
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw inputError(`'${url.href}'`, 'a model.json', messageOf(cause));
  }
}

async function answerOf(address: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init).catch((cause: unknown) => {
    const { cause: reason = cause } = cause as Error;
    throw inputError(`'${address}'`, 'a server that answers', messageOf(reason));
  });
  if (response.ok) return response;
  throw inputError(`'${address}'`, 'a file', `the answer ${response.status} ${response.statusText}`.trim());
}

function assertNoPage(address: string, response: Response, content: ArrayBuffer): void {
  const start = Buffer.from(content.slice(0, 64)).toString('latin1');
  if (!/^\s*</.test(start) && !response.headers.get('content-type')?.startsWith('text/html')) return;
  throw new GCompressError('file-html', { where: `'${address}'`, expected: 'a file of a model', actual: 'a web page' });
}

/** The address of the model.json in a folder; the address of a file unchanged. */
function withModelJson(url: URL): URL {
  if (url.pathname.endsWith('.json')) return url;
  const file = new URL(url);
  file.pathname = `${url.pathname.replace(/\/$/, '')}/model.json`;
  return file;
}

function parsed(address: string): URL {
  try {
    return new URL(address);
  } catch {
    throw inputError(`'${address}'`, 'an address', 'none that can be parsed');
  }
}
