import type { PlainError } from '../protocol/errors.ts';
import type { InspectorMessage } from '../protocol/inspector.ts';
import { spokenFailure } from './failure.ts';

/** What went wrong reaches the page in the language of the editor. */
export function spokenMessage(message: InspectorMessage): InspectorMessage {
  const inWords = (error: PlainError): PlainError => ({ ...error, message: spokenFailure(error) });
  switch (message.type) {
    case 'failed':
    case 'refused':
      return { ...message, error: inWords(message.error) };
    case 'model': {
      const { model } = message;
      return model.state === 'failed'
        ? { ...message, model: { ...model, error: inWords(model.error) } }
        : message;
    }
    case 'training': {
      const { tick } = message;
      return tick.error === null ? message : { ...message, tick: { ...tick, error: inWords(tick.error) } };
    }
    case 'moved': {
      const { essayFailure } = message;
      return essayFailure === null ? message : { ...message, essayFailure: inWords(essayFailure) };
    }
    case 'focus':
    case 'number':
    case 'answered':
    case 'inspected':
      return message;
  }
}
