import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import type { InspectorClient } from '../../extension/inspection/client.ts';

/** What is asked of a workspace, where nobody has counted one, and nothing was asked of an editor. */
export const noWorkspace: Omit<InspectionEngine, 'inspect' | 'inspectEssay' | 'ask' | 'essay'> = {
  find: async () => null,
  parts: async () => null,
  along: async () => null,
  precedent: async () => null,
  doubt: () => ({
    limits: { probability: 0.1, bits: 4, tokens: 4 },
    record: { with: { shown: 0, accepted: 0 }, without: { shown: 0, accepted: 0 } },
  }),
  read: async () => {},
  passages: async () => null,
  frequencies: async () => null,
  messages: () => [],
};

/** The engine in its thread, as the editor asks it. */
export function engineOf(client: InspectorClient): InspectionEngine {
  return {
    ...noWorkspace,
    inspect: (...query) => client.inspect(...query),
    inspectEssay: (...query) => client.inspectEssay(...query),
    ask: (...query) => client.ask(...query),
    essay: (...query) => client.essay(...query),
    read: (...text) => client.read(...text),
  };
}
