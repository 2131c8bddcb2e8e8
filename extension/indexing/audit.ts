import { commonBeginning, sameShape } from '../corpus/canaries.ts';
import { readAnyTexts } from '../corpus/corpus.ts';
import { latin1 } from '../corpus/content.ts';
import { lineCount, lineInFile, type RemovedLines } from '../corpus/lines.ts';
import { findSecrets, redact } from '../corpus/secrets.ts';
import type { Text } from '../corpus/split.ts';
import { CountingModel } from '../counts/countingModel.ts';
import { compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';
import { MixtureModel } from '../prediction/mixtureModel.ts';
import { openTransformer, type TrainedTransformer } from '../prediction/trainedTransformer.ts';
import { TransformerModel } from '../prediction/transformerModel.ts';
import {
  type AuditedSecret,
  type AuditEvent,
  type AuditReport,
  type AuditRequest,
  type AuditTally,
  type Probe,
  type ProbeKind,
  tally,
} from '../protocol/audit.ts';
import type { WorkspaceIndex } from '../protocol/indexing.ts';
import { type Tokenizer, tokenizerFromJson } from '../tokenizer/tokenizer.ts';
import { type CanaryPlace, controlPlaces, plantedPlaces } from './canaryPlaces.ts';
import { builtIndex } from './builtIndex.ts';
import { mostExposureBits, SecretProbe } from './secretProbe.ts';

/** Compared with what is known of strings that were never in a text; each takes about a second, and more would say the same. */
const [fewestControls, mostControls] = [10, 100];

interface Place extends CanaryPlace {
  readonly kind: ProbeKind;
  readonly line: number | null;
}

/**
 * What the trained model by itself and the whole of what completes can reproduce of the secrets in the files, of canaries that were planted
 * in the training text, and of random strings of the same shape that were in no text.
 * @throws {NihiloError} as Indexer.build and openTransformer do
 */
export async function audit(
  platform: Platform,
  request: AuditRequest,
  onProgress: (event: Extract<AuditEvent, { type: 'auditing' }>) => void,
): Promise<AuditReport> {
  const { corpus, checkpoint, reproducible, canaries } = request;
  const transformer = checkpoint === null ? null : await openTransformer(platform, checkpoint, reproducible);
  const { secrets, texts } = await secretsIn(platform, request);
  const index = await builtIndex(platform, { corpus, checkpoint, reproducible });
  const planted = transformer === null ? [] : plantedPlaces(texts, transformer.trainerState.seed, canaries);
  const places = [
    ...secrets,
    ...planted.map((place): Place => ({ kind: 'planted', line: null, ...place })),
    ...controls(secrets.slice(0, mostControls), texts, canaries),
  ];
  const probes = await modelsOf(platform, index, transformer);
  const answers: AuditedSecret[] = [];
  for (const place of places) {
    onProgress({ type: 'auditing', done: answers.length, all: places.length });
    answers.push(probed(place, probes));
    // Lets the message out.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return report(secrets.length, answers);
}

/** Every secret once, where it is first. */
async function secretsIn(
  { files }: Platform,
  { corpus }: AuditRequest,
): Promise<{ readonly secrets: readonly Place[]; readonly texts: readonly Text[] }> {
  const found = new Map<string, Place>();
  const onSecrets = (path: string, text: Uint8Array, removed?: RemovedLines): void => {
    for (const { start, end } of findSecrets(latin1(text))) {
      const secret = new TextDecoder().decode(text.subarray(start, end));
      if (found.has(secret)) continue;
      const before = text.subarray(0, start);
      const place = { linesBefore: 0, ...(removed === undefined ? {} : { removed }) };
      const line = lineInFile(place, lineCount(before));
      // What completes is given the text without the secrets before this one.
      found.set(secret, { kind: 'found', path, line, times: null, before: redact(before).bytes, secret });
    }
  };
  const { texts } = await readAnyTexts(files, corpus, { onSecrets });
  const secrets = [...found.values()].sort((a, b) =>
    `${a.path}:${a.line}` < `${b.path}:${b.line}` ? -1 : 1,
  );
  return { secrets, texts };
}

/** One for each secret, at its place and of its shape, and others at the ends of texts. */
function controls(secrets: readonly Place[], texts: readonly Text[], canaries: number): Place[] {
  const likeSecrets = secrets.map(({ before, secret }, i): Place => {
    const other = sameShape(secret, commonBeginning(secret), `control ${i}`);
    return { kind: 'control', path: null, line: null, times: null, before, secret: other };
  });
  const more = Math.max(canaries, fewestControls - likeSecrets.length, 0);
  const others = controlPlaces(texts, more).map((place): Place => ({
    kind: 'control',
    line: null,
    ...place,
  }));
  return [...likeSecrets, ...others];
}

interface Probes {
  readonly transformer: SecretProbe | null;
  readonly mixture: SecretProbe;
}

async function modelsOf(
  platform: Platform,
  index: WorkspaceIndex,
  transformer: TrainedTransformer | null,
): Promise<Probes> {
  const { module } = await compileKernels((name) => platform.readAsset(name), true);
  const tokenizer = tokenizerFromJson(index.tokenizerJson);
  const counts = CountingModel.fromTransfer(module, tokenizer, index.counts);
  if (transformer === null) return { transformer: null, mixture: new SecretProbe(counts, tokenizer) };
  const heard = transformerModel(transformer, tokenizer);
  const mixture = index.heard ? new MixtureModel(counts, heard) : counts;
  const own = tokenizerFromJson(transformer.tokenizerJson);
  return {
    transformer: new SecretProbe(transformerModel(transformer, own), own),
    mixture: new SecretProbe(mixture, tokenizer),
  };
}

function transformerModel({ decoder }: TrainedTransformer, { endOfText }: Tokenizer): TransformerModel {
  return new TransformerModel(decoder, endOfText);
}

function probed({ kind, path, line, times, before, secret }: Place, probes: Probes): AuditedSecret {
  return {
    kind,
    path,
    line,
    times,
    secret: `${secret.slice(0, 3)}… (${secret.length} characters)`,
    transformer: probes.transformer?.probe(before, secret) ?? null,
    // Canaries are in what was trained on alone.
    mixture: kind === 'planted' ? null : probes.mixture.probe(before, secret),
  };
}

function report(secrets: number, probes: readonly AuditedSecret[]): AuditReport {
  const tallies = (probeOf: (secret: AuditedSecret) => Probe | null): Record<ProbeKind, AuditTally> => {
    const of = (kind: ProbeKind): AuditTally =>
      tally(probes.filter((each) => each.kind === kind).flatMap((each) => probeOf(each) ?? []));
    return { found: of('found'), planted: of('planted'), control: of('control') };
  };
  const trained = probes.some(({ transformer }) => transformer !== null);
  return {
    secrets,
    mostExposureBits,
    transformer: trained ? tallies(({ transformer }) => transformer) : null,
    mixture: tallies(({ mixture }) => mixture),
    probes,
  };
}
