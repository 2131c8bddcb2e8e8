// Loaded by code-server before its own program: every answer carries the headers that isolate a page from others.
const { ServerResponse } = require('node:http');

const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function (...args) {
  this.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  this.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  this.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  return writeHead.apply(this, args);
};
