import type { ComparisonOutcome } from '../../store/app-state';
import type { Settings } from '../../store/settings';
import type { RunStatistics } from '../../engine/api';
import { formatDuration, formatRatio, formatSetting, formatShare } from '../format';

/** 'seed 7 · 25 steps · guidance 2.5', 'seeds from 7 · 4 steps · guidance 2 · variation 60 %' */
export function describeSampling(settings: Settings): string {
  const { seed, steps, guidance, images, variation } = settings;
  const seeds = images === 1 ? `seed ${seed}` : `seeds from ${seed}`;
  const lively = variation > 0 ? ` · variation ${formatShare(variation)}` : '';
  return `${seeds} · ${steps} ${steps === 1 ? 'step' : 'steps'} · guidance ${formatSetting(guidance)}${lively}`;
}

/** 'dynamic width and tokens' */
export function describeToggles({ dynamicWidth, dynamicTokens }: Settings): string {
  if (dynamicWidth && dynamicTokens) return 'dynamic width and tokens';
  if (dynamicWidth) return 'dynamic width';
  return dynamicTokens ? 'dynamic tokens' : 'static';
}

function workShare({ multiplyAdds }: Pick<RunStatistics, 'multiplyAdds'>): string {
  return formatShare(multiplyAdds.done / multiplyAdds.static);
}

/** '1.7 s, 65 % of the work' */
export function describeCost(statistics: Pick<RunStatistics, 'multiplyAdds' | 'totalMs'>): string {
  return `${formatDuration(statistics.totalMs)}, ${workShare(statistics)} of the work`;
}

/** '1.53× as fast with 65 % of the work' */
export function describeGain(outcome: ComparisonOutcome): string {
  const { static: before, dynamic: after } = outcome;
  const speedUp = before.statistics.totalMs / after.statistics.totalMs;
  return `${formatRatio(speedUp)} as fast with ${workShare(after.statistics)} of the work`;
}
