import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian has Chromium; the variable `CHROMIUM` names another place. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What lets it run as root, and keeps it from calling home. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium without a window; throws with what to do when it is missing. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(
      `Chromium is missing at ${EXECUTABLE}. Install it (apt-get install chromium), or set CHROMIUM to its path.`,
    );
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}
