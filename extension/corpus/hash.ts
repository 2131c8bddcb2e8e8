/**
 * 32 bits of FNV-1a over a text's UTF-8, then mixed so that every bit depends on every byte.
 * @source Fowler, Noll, Vo; the mixer is fmix32 of MurmurHash3
 */
export function hashText(text: string): number {
  const hash = hashBytes(new TextEncoder().encode(text));
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** FNV-1a; equal bytes have equal hashes, others hardly ever. */
export function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
