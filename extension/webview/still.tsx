import {
  Component,
  type ComponentChild,
  type ComponentClass,
  createElement,
  type FunctionComponent,
} from 'preact';

/**
 * A component that is drawn again only when one of its props is another. Elements that a hook kept instead would lead to the parents that they
 * had at first, and so keep a page of then with all its numbers, one for each of them.
 */
export function still<Props extends object>(draw: FunctionComponent<Props>): ComponentClass<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const names = Object.keys({ ...this.props, ...next }) as (keyof Props)[];
      return names.some((name) => next[name] !== this.props[name]);
    }

    render(): ComponentChild {
      return createElement(draw, this.props);
    }
  };
}
