import { latin1 } from './content.ts';
import { lineCount, type RemovedLines } from './lines.ts';

const headBytes = 32_768;

/** A text and the lines that were taken out of it; absent: none. */
export interface Stripped {
  readonly bytes: Uint8Array;
  readonly removed?: RemovedLines;
}

/** One comment at the beginning of a text, in the notations of the usual languages. */
const comment =
  /^(?:\/\*[^]*?\*\/|<!--[^]*?-->|\(\*[^]*?\*\)|\{-[^]*?-\}|"""[^]*?"""|'''[^]*?'''|(?:[ \t]*\/\/[^\n]*\n)+|(?:#(?:[ \t#][^\n]*|\r?)\n)+|(?:--[^\n]*\n)+|(?:;[^\n]*\n)+|(?:%[^\n]*\n)+)/;

const licence =
  /\bcopyright\b|\(c\) *\d{4}|\blicen[cs]ed?\b.*\b(under|by|to|at|file|for|mit|bsd|apache|gpl|mpl)\b|spdx-license-identifier|all rights reserved|permission is hereby granted|@license/i;

/** What must stay first in a file: `#!` of a script, an encoding, `<?php`. */
const preamble = /^(?:#![^\n]*\n|#.*coding[:=][^\n]*\n|<\?(?:php|xml)[^\n]*\n)*/;

const blankLines = /^(?:[ \t\r]*\n)+/;

/**
 * The text without the licence at its head: the same words in every file teach nothing and make every file look learnt.
 * The same bytes when there is none.
 */
export function withoutLicence(bytes: Uint8Array): Stripped {
  const head = latin1(bytes.subarray(0, headBytes));
  const start = lengthOf(preamble, head);
  let end = start;
  for (let at = start; ;) {
    at += lengthOf(blankLines, head.slice(at));
    const length = lengthOf(comment, head.slice(at));
    if (length === 0 || !licence.test(head.slice(at, at + length))) break;
    at += length;
    end = at + lengthOf(blankLines, head.slice(at));
  }
  if (end === start) return { bytes };
  const rest = new Uint8Array(start + bytes.length - end);
  rest.set(bytes.subarray(0, start));
  rest.set(bytes.subarray(end), start);
  const removed = {
    before: lineCount(bytes.subarray(0, start)),
    lines: lineCount(bytes.subarray(start, end)),
  };
  return { bytes: rest, removed };
}

function lengthOf(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0;
}
