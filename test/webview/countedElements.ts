import { options } from 'preact';

/** Elements that are made, by their class: a component that is drawn again makes its elements again. */
const made: Record<string, number> = {};
(window as unknown as { made: typeof made }).made = made;
const before = options.vnode;
options.vnode = (vnode) => {
  const name = (vnode.props as { class?: unknown }).class;
  if (typeof name === 'string') made[name] = (made[name] ?? 0) + 1;
  before?.(vnode);
};
