import { absolutePath } from '../extension/cli/absolutePath.ts';
import { readAnyTexts, splitCorpus } from '../extension/corpus/corpus.ts';
import { readCheckpoint } from '../extension/engine/checkpoint.ts';
import { weightFormat } from '../extension/engine/decodePlan.ts';
import { Decoder } from '../extension/engine/decoder.ts';
import { compileKernels } from '../extension/engine/instantiate.ts';
import { type CanaryPlace, controlPlaces, plantedPlaces } from '../extension/indexing/canaryPlaces.ts';
import { mostExposureBits, SecretProbe } from '../extension/indexing/secretProbe.ts';
import { nodePlatform } from '../extension/platform/node.ts';
import { TransformerModel } from '../extension/prediction/transformerModel.ts';
import { type AuditTally, byTimes, tally } from '../extension/protocol/audit.ts';
import { tokenizerFromJson } from '../extension/tokenizer/tokenizer.ts';

export interface KnownCanaries {
  /** of the text that was gone on with */
  readonly bytes: number;
  /** how often it was read */
  readonly readings: number;
  readonly mostExposureBits: number;
  readonly planted: readonly (AuditTally & { readonly times: number })[];
  readonly control: AuditTally;
}

/**
 * Asks a training's last weights for the canaries that it was given, and for others; its best weights may be those that it began with.
 * @param folder of the model @param on folder of the text that it was trained on @param count as `nihilo train --canaries`
 */
export async function knownCanaries(folder: string, on: string, count: number): Promise<KnownCanaries> {
  const platform = nodePlatform();
  const { config, optimizer, tokenizerJson, trainerState } = await readCheckpoint(platform.files, folder, {
    withOptimizer: true,
  });
  if (optimizer === null)
    throw new Error(`Expected the last weights of the training in ${folder}, got none.`);
  const compiled = await compileKernels((name) => platform.readAsset(name), false);
  const decoder = new Decoder(compiled, config, optimizer.weights, weightFormat(config));
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const probe = new SecretProbe(new TransformerModel(decoder, tokenizer.endOfText), tokenizer);
  const { texts } = await readAnyTexts(platform.files, { folders: [absolutePath(on)], exclude: [] }, {});
  const of = (places: readonly CanaryPlace[]): AuditTally =>
    tally(places.map(({ before, secret }) => probe.probe(before, secret)));
  const planted = plantedPlaces(texts, trainerState.seed, count);
  const training = splitCorpus(texts, [], trainerState.seed).documents.filter(({ heldOut }) => !heldOut);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return {
    bytes: sum(training.map(({ bytes }) => bytes.length)),
    readings: trainerState.tokens / sum(training.map(({ bytes }) => tokenizer.encode(bytes).length + 1)),
    mostExposureBits,
    planted: byTimes(planted).map(({ times, alike }) => ({ times, ...of(alike) })),
    control: of(controlPlaces(texts, count)),
  };
}
