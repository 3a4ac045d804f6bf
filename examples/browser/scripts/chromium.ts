// Starts Debian's Chromium without its window.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian has Chromium; the variable `CHROMIUM` names another place. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What lets it run as root, computes WebGL without a graphics card, and keeps it from calling home. */
const ARGUMENTS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts Chromium without a window; throws with what to do when it is missing.
 *
 * @param more further arguments of the program.
 */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(
      `Chromium is missing at ${EXECUTABLE}. Install it (apt-get install chromium), or set CHROMIUM to its path.`,
    );
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: [...ARGUMENTS, ...more] });
}
