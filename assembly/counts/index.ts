import * as contexts from './contexts';
import * as documents from './document';
import { contextCount, inputCount, Model, setCount } from './model';
import * as scoring from './score';
import * as searching from './search';

/** A new document begins. */
export function countsBegin(model: usize): void {
  documents.beginDocument(changetype<Model>(model));
}

/** Scores a document u16[length] and learns from it; returns bits. */
export function countsLearn(model: usize, tokens: usize, length: i32): f64 {
  return documents.learnDocument(changetype<Model>(model), tokens, length);
}

export function countsFold(model: usize): void {
  documents.fold(changetype<Model>(model));
}

export function countsFoldTokens(model: usize, tokens: usize, from: i32, to: i32, add: bool): void {
  documents.foldTokens(changetype<Model>(model), tokens, from, to, add);
}

export function countsSetDocument(model: usize, tokens: usize, length: i32, before: i32): void {
  documents.setDocument(changetype<Model>(model), tokens, length, before);
}

export function countsLocate(model: usize): void {
  scoring.locate(changetype<Model>(model));
}

export function countsScore(model: usize, token: i32): f64 {
  return scoring.score(changetype<Model>(model), token);
}

export function countsLearnScored(model: usize, token: i32): void {
  scoring.learnScored(changetype<Model>(model), token);
}

export function countsAppend(model: usize, token: i32): void {
  scoring.append(changetype<Model>(model), token);
}

export function countsAdvance(model: usize, token: i32): void {
  scoring.advance(changetype<Model>(model), token);
}

export function countsDistribution(model: usize, out: usize, stack: usize): void {
  searching.distribution(changetype<Model>(model), out, stack);
}

export function countsLikeliest(
  model: usize,
  low: i32,
  high: i32,
  most: i32,
  ids: usize,
  probabilities: usize,
  heap: usize,
  room: i32,
): i32 {
  return searching.likeliest(changetype<Model>(model), low, high, most, ids, probabilities, heap, room);
}

/** Bytes of the state that `suppose` must save. */
export function countsStateBytes(): i32 {
  return <i32>contexts.stateBytes;
}
