// What the machine must have before a real VS Code runs in it. Plain JavaScript: tasks.mjs asks before anything else works.
import { existsSync } from 'node:fs';

const chromiumPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** @returns {string} the browser's path, or null */
export function findChromium() {
  const paths = process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : chromiumPaths;
  return paths.find((file) => existsSync(file)) ?? null;
}

/** Debian package → a file that only it brings; code-server compiles native modules against these. */
const headers = {
  'libkrb5-dev': ['/usr/include/krb5.h', '/usr/include/krb5/krb5.h'],
  'libsecret-1-dev': ['/usr/include/libsecret-1/libsecret/secret.h'],
  'libx11-dev': ['/usr/include/X11/Xlib.h'],
  'libxkbfile-dev': ['/usr/include/X11/extensions/XKBfile.h'],
};

/** @returns {string[]} Debian packages that are missing; none on other systems, where the compiler says it itself */
export function missingHeaders() {
  if (!existsSync('/etc/debian_version')) return [];
  return Object.keys(headers).filter((name) => !headers[name].some((file) => existsSync(file)));
}

/** @returns {string} what to type */
export function installationHint(packages) {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}
