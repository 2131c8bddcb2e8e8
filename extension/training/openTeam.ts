import { compileKernels } from '../engine/instantiate.ts';
import type { Platform } from '../platform/platform.ts';
import type { ModelConfig } from '../protocol/model.ts';
import { mostChunks } from './learner.ts';
import { type Recipe, tokensInMemory } from './recipe.ts';
import { Team } from './team.ts';

export interface TeamResources {
  readonly threads: number;
  readonly memoryLimitMb: number;
  readonly reproducible: boolean;
}

/** A team that learns by this recipe. @throws {NihiloError} memoryTooSmall, memoryUnavailable */
export async function openTeam(
  platform: Platform,
  config: ModelConfig,
  recipe: Recipe,
  { threads, memoryLimitMb, reproducible }: TeamResources,
): Promise<Team> {
  const compiled = await compileKernels((name) => platform.readAsset(name), reproducible);
  const tokens = tokensInMemory(recipe, config);
  const size = { tokens, chunks: mostChunks(tokens), lanes: threads, optimizer: recipe.optimizer };
  const team = Team.create(platform, compiled, config, size, memoryLimitMb);
  await team.started();
  return team;
}
