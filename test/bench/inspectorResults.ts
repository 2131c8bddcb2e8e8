import type { InspectorCost } from './inspectorCost.ts';
import type { MemoryFigures, PageFigures } from './inspectorPage.ts';
import type { MeasuredOn } from './measuredOn.ts';
import type { Machine } from './results.ts';

/** Each of them can be measured alone, and says of what it is. */
export type InspectorLeg = 'page' | 'memory' | 'cost';

type Of<Figures> = Pick<MeasuredOn, 'commit' | 'measuredAt'> & { readonly figures: Figures };

export interface InspectorResults {
  readonly machine: Machine;
  readonly page: Of<PageFigures>;
  readonly memory: Of<MemoryFigures>;
  readonly cost: Of<InspectorCost>;
}
