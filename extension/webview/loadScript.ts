/** Scripts that are fetched when they are needed, and what each leaves in the window. */
const loading = new Map<string, Promise<unknown>>();

/**
 * A script beside the page's own: whoever does not need it does not wait for it. What has failed is fetched anew the next time.
 * @param left what it leaves in the window
 */
export function loadScript<Brought>(name: string, left: () => Brought | undefined): Promise<Brought> {
  const begun = loading.get(name) as Promise<Brought> | undefined;
  if (begun !== undefined) return begun;
  const fetched = fetchScript(name, left).catch((error: unknown) => {
    loading.delete(name);
    throw error;
  });
  loading.set(name, fetched);
  return fetched;
}

function fetchScript<Brought>(name: string, left: () => Brought | undefined): Promise<Brought> {
  return new Promise((resolve, reject) => {
    const own = document.querySelector<HTMLScriptElement>('script[type="module"]')!;
    const script = document.createElement('script');
    // No module: one that was not to be had once is not asked for again.
    script.nonce = own.nonce;
    script.src = new URL(name, own.src).href;
    script.addEventListener('load', () => {
      const brought = left();
      if (brought === undefined) reject(new Error(`${script.src} has brought nothing`));
      else resolve(brought);
    });
    script.addEventListener('error', () => reject(new Error(`${script.src} is not to be had`)));
    document.head.append(script);
  });
}
