import type { InspectionEngine } from '../../extension/host/inspectorConversation.ts';

/** Where nobody has counted a workspace. */
export const noPrecedents: Pick<InspectionEngine, 'precedent' | 'doubt' | 'along'> = {
  precedent: async () => null,
  along: async () => null,
  doubt: () => ({
    limits: { probability: 0.1, bits: 4, tokens: 4 },
    record: { with: { shown: 0, accepted: 0 }, without: { shown: 0, accepted: 0 } },
  }),
};
