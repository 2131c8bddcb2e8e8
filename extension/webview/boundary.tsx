import { Component, type ComponentChild, type ComponentChildren } from 'preact';

interface BoundaryProps {
  /** what it is drawn from: of something else it is tried again */
  readonly of: unknown;
  /** in its place, where it can't be drawn */
  readonly instead: ComponentChild;
  readonly onFailure: (failure: Error) => void;
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly failure: { readonly of: unknown } | null;
}

/** A part of the page that can fail alone: what is around it goes on being drawn. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failure: null };

  override componentDidCatch(error: unknown): void {
    this.setState({ failure: { of: this.props.of } });
    this.props.onFailure(error instanceof Error ? error : new Error(String(error)));
  }

  render({ of, instead, children }: BoundaryProps, { failure }: BoundaryState): ComponentChildren {
    return failure !== null && failure.of === of ? instead : children;
  }
}
