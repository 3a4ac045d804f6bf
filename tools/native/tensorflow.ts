// Gets TensorFlow's C library and headers.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from './attempt.ts';
import { once } from './once.ts';

const here = import.meta.dirname;
const output = join(here, 'build');

/** The folder with TensorFlow's C library and headers. */
export const TENSORFLOW = join(output, 'tensorflow');

/** The wheel's version and checksum. */
export const REQUIREMENTS = readFileSync(join(here, 'requirements.txt'), 'utf8');

/** The wheel for a fixed Python, whichever runs pip: the libraries inside do not depend on it. */
const WHEEL = [
  '--python-version',
  '3.11',
  '--platform',
  'manylinux_2_27_x86_64',
  '--only-binary',
  ':all:',
  '--no-deps',
];

/** Python: unpacks the headers and the libraries of the wheel argv[1] into the folder argv[2]. */
const UNPACK = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wanted = ('tensorflow/include/', 'tensorflow/libtensorflow')
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(wanted)])
`;

/** Downloads TensorFlow's wheel with pip and unpacks what is needed of it; returns whether it had to. */
export function fetchTensorFlow(force: boolean): boolean {
  return once(join(TENSORFLOW, 'requirements.txt'), REQUIREMENTS, force, () => {
    const download = mkdtempSync(join(tmpdir(), 'gcompress-wheel-'));
    try {
      attempt(
        'TensorFlow could not be downloaded. pip needs a package index that has the wheel of tools/native/requirements.txt: ' +
          'name one in PIP_INDEX_URL, or a folder with the wheel in PIP_FIND_LINKS.',
        'python3',
        ['-m', 'pip', 'download', ...WHEEL, '--require-hashes', '-r', 'requirements.txt', '--dest', download],
        here,
      );
      const [wheel] = readdirSync(download);
      rmSync(TENSORFLOW, { recursive: true, force: true });
      attempt('The wheel could not be unpacked.', 'python3', ['-c', UNPACK, join(download, wheel), output], here);
    } finally {
      rmSync(download, { recursive: true });
    }
  });
}
