export { adamw } from './adamw';
export { attentionBackward, attentionForward } from './attention';
export { attentionDecode, cacheKeyValues } from './attentionDecode';
export { crossEntropy, crossEntropyBlock, crossEntropyLosses } from './crossEntropy';
export { add, copy, fill } from './elementwise';
export { embeddingBackward, embeddingForward } from './embedding';
export { heapBase } from './heap';
export { matmul, matmulTransposed } from './matmul';
export { matmulInt8 } from './matmulInt8';
export { matvec, packColumns } from './matvec';
export { descend, nesterov } from './muon';
export { newtonSchulz } from './newtonSchulz';
export { packBackward, packForward } from './pack';
export { peak } from './peak';
export { quantizeRows, quantizeWeight } from './quantizeInt8';
export { sumOfSquares } from './reduce';
export { relu2Backward, relu2Forward } from './relu2';
export { rmsnormBackward, rmsnormForward } from './rmsnorm';
export { ropeBackward, ropeForward } from './rope';
export {
  countsAdvance,
  countsAppend,
  countsBegin,
  countsDistribution,
  countsFold,
  countsFoldTokens,
  countsLearn,
  countsLearnScored,
  countsLikeliest,
  countsLocate,
  countsScore,
  countsSetDocument,
  countsStateBytes,
} from './counts/index';
