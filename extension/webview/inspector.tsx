import { render } from 'preact';
import type { InspectorMemory, InspectorMessage, InspectorRequest } from '../protocol/inspector.ts';
import { App } from './app.tsx';
import type { InspectorEvent } from './inspectorState.ts';
import { initialState, memoryOf, step } from './inspectorState.ts';
import './inspector.css';

/** What the editor gives a webview's script; callable once. */
declare function acquireVsCodeApi(): {
  postMessage(message: InspectorRequest): void;
  getState(): InspectorMemory | undefined;
  setState(state: InspectorMemory): void;
};

const editor = acquireVsCodeApi();
const root = document.getElementById('inspector')!;
const memory = editor.getState() ?? null;
let state = initialState(memory);

function send(request: InspectorRequest): void {
  editor.postMessage(request);
}

function dispatch(event: InspectorEvent): void {
  const next = step(state, event);
  state = next.state;
  for (const request of next.send) send(request);
  editor.setState(memoryOf(state));
  draw();
}

let isDrawing = false;

/** Once a frame, however many messages came. */
function draw(): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    render(<App state={state} dispatch={dispatch} send={send} />, root);
  });
}

window.addEventListener('message', (event: MessageEvent<InspectorMessage>) => dispatch(event.data));
window.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') send({ type: 'leave' });
});
// The editor focuses the page, not what is in it: without this the first Tab or arrow key leads nowhere.
window.addEventListener('focus', () => {
  if (document.activeElement === document.body) {
    document.querySelector<HTMLElement>('[role="option"][tabindex="0"], button')?.focus();
  }
});

render(<App state={state} dispatch={dispatch} send={send} />, root);
send({ type: 'ready', memory });
