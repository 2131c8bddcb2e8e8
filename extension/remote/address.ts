/** What becomes of what somebody has set as an endpoint. */
export type AddressReading =
  | { readonly url: string; readonly isLoopback: boolean; readonly isEncrypted: boolean }
  | { readonly problem: 'unreadable' | 'scheme' | 'credentials' };

/**
 * Where completions are asked, of an address with or without its /v1 or /v1/completions.
 * @returns null: nothing is set
 */
export function readAddress(text: string): AddressReading | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    return { problem: 'unreadable' };
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { problem: 'scheme' };
  // A setting is no place for a secret.
  if (url.username !== '' || url.password !== '') return { problem: 'credentials' };
  const path = url.pathname.replace(/\/+$/, '');
  const base = path.replace(/(\/v1)?(\/completions)?$/, '');
  url.pathname = path.endsWith('/completions') ? path : `${base}/v1/completions`;
  url.hash = '';
  return { url: url.href, isLoopback: isLoopback(url.hostname), isEncrypted: url.protocol === 'https:' };
}

/** Names are taken for what they say only where no name server is asked. */
function isLoopback(hostname: string): boolean {
  // URL has written every form of an address as this one.
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
