import type { NumberAction } from '../protocol/inspector.ts';

/** What the editor asks of the page where a menu is opened; the manifest's menu has what can be done with a number. */
const ofNumber = JSON.stringify({ webviewSection: 'number', preventDefaultContextMenuItems: true });

/**
 * Tells the editor, whose menu it is, whether it is opened on a number, by a pointer or by a key.
 * @returns does what was chosen in the menu with the number that it was opened on
 */
export function numberMenu(page: HTMLElement, copy: (text: string) => void): (action: NumberAction) => void {
  // What is drawn anew must not be kept.
  let opened: WeakRef<HTMLElement> | null = null;
  page.addEventListener('contextmenu', ({ target }) => {
    const number = target instanceof Element ? target.closest<HTMLElement>('button.num') : null;
    opened = number === null ? null : new WeakRef(number);
    if (number === null) delete page.dataset['vscodeContext'];
    else page.dataset['vscodeContext'] = ofNumber;
  });
  return (action) => {
    const number = opened?.deref();
    if (number === undefined || !number.isConnected) return;
    switch (action) {
      case 'copy':
        copy(asTyped(number.textContent));
        return;
      case 'pencil':
        number.focus();
        number.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true, cancelable: true }));
    }
  };
}

/** As a calculator takes it: without words around it, or commas between its digits. */
function asTyped(shown: string): string {
  const plain = shown
    .trim()
    .replaceAll('−', '-')
    .replaceAll(/(?<=\d),(?=\d)/g, '');
  return /-?\d+(?:\.\d+)?(?:e-?\d+)?/.exec(plain)?.[0] ?? plain;
}
