import './countedElements.ts';
import '../../extension/webview/inspector.tsx';
