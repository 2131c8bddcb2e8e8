import { render } from 'preact';
import type { InspectorMemory, InspectorMessage, InspectorRequest, PagePart } from '../protocol/inspector.ts';
import { App } from './app.tsx';
import type { InspectorEvent } from './inspectorState.ts';
import { initialState, memoryOf, step } from './inspectorState.ts';
import { readMemory } from './memory.ts';
import { numberMenu } from './numberMenu.ts';
import { partToFocus } from './pageParts.ts';
import { loadSheetTools } from './sheetTools.ts';
import './inspector.css';

/** What the editor gives a webview's script; callable once. */
declare function acquireVsCodeApi(): {
  postMessage(message: InspectorRequest): void;
  getState(): unknown;
  setState(state: InspectorMemory): void;
};

const editor = acquireVsCodeApi();
const root = document.getElementById('inspector')!;
const isCompact = root.dataset['surface'] === 'sideBar';
const memory = readMemory(editor.getState());
let state = initialState(memory, isCompact);

function send(request: InspectorRequest): void {
  editor.postMessage(request);
}

function advance(event: InspectorEvent): void {
  const next = step(state, event);
  state = next.state;
  for (const request of next.send) send(request);
  editor.setState(memoryOf(state));
}

/** What the user does is drawn at once: the next key counts from what is drawn. */
function dispatch(event: InspectorEvent): void {
  advance(event);
  draw();
}

function draw(): void {
  render(<App state={state} isCompact={isCompact} dispatch={dispatch} send={send} />, root);
  giveFocus();
}

/** What a command wants the keyboard to be given to, until it is there or somebody has gone elsewhere. */
let wanted: PagePart | null = null;

function giveFocus(): void {
  if (wanted === null) return;
  const target = partToFocus(wanted, root);
  if (target === null) return;
  wanted = null;
  target.focus();
}

let isDrawing = false;

/** What the host says is drawn once a frame, however many messages came. */
function drawSoon(): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    draw();
  });
}

const onNumber = numberMenu(root, (text) => send({ type: 'copy', text }));

window.addEventListener('message', (event: MessageEvent<InspectorMessage>) => {
  if (event.data.type === 'number') onNumber(event.data.action);
  else if (event.data.type === 'focus') wanted = event.data.part;
  else advance(event.data);
  // What was asked for is not kept waiting for a frame to begin; it is in the next one.
  if (event.data.type === 'inspected' || event.data.type === 'answered') draw();
  else drawSoon();
});
window.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') send({ type: 'leave' });
});
window.addEventListener('blur', () => {
  wanted = null;
});
window.addEventListener('focus', () => {
  if (document.activeElement === document.body) {
    document.querySelector<HTMLElement>('[role="option"][tabindex="0"], .notice button')?.focus();
  }
});

draw();
send({ type: 'ready', memory });
// Before somebody looks at a number, after whatever is waited for.
requestIdleCallback(() => void loadSheetTools().catch(() => {}), { timeout: 2_000 });
