import type { JSX } from 'preact';
import type { StageId } from '../protocol/stages.ts';
import { AttentionStage } from './stages/attentionStage.tsx';
import { ChoiceStage } from './stages/choiceStage.tsx';
import { LearningStage } from './stages/learningStage.tsx';
import { MessagesStage } from './stages/messagesStage.tsx';
import { MixStage } from './stages/mixStage.tsx';
import { NeuronsStage } from './stages/neuronsStage.tsx';
import { ScoresStage } from './stages/scoresStage.tsx';
import { TextStage } from './stages/textStage.tsx';
import { TokensStage } from './stages/tokensStage.tsx';
import { VectorsStage } from './stages/vectorsStage.tsx';
import { WhyStage } from './stages/whyStage.tsx';

/** How each stage is drawn. */
export const stageViews: Readonly<Record<StageId, () => JSX.Element | null>> = {
  text: TextStage,
  tokens: TokensStage,
  vectors: VectorsStage,
  attention: AttentionStage,
  mix: MixStage,
  neurons: NeuronsStage,
  scores: ScoresStage,
  choice: ChoiceStage,
  messages: MessagesStage,
  learning: LearningStage,
  why: WhyStage,
};
