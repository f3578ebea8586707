import type { AdapterReport } from '../../engine/api';
import { formatNumber } from '../format';
import { useApp } from '../use-app';
import { Facts } from './Facts';

export function AdapterFacts() {
  const adapter = useApp((app) => app.adapter);
  return adapter ? <Facts facts={factsOf(adapter)} /> : null;
}

function factsOf({ description, software, features, fallbacks, linearGflops }: AdapterReport) {
  const present = [
    features.f16 && 'half precision',
    features.subgroups && 'subgroups',
    features.timestamps && 'GPU times',
  ].filter((feature) => feature !== false);
  return [
    { name: 'Machine', value: software ? `${description} (software, no GPU)` : description },
    { name: 'Speed', value: `${formatNumber(linearGflops)} GFLOP/s in the linear layers` },
    { name: 'Has', value: present.length > 0 ? present.join(', ') : 'no optional features' },
    ...(fallbacks.length > 0 ? [{ name: 'Does without', value: fallbacks.join(' ') }] : []),
  ];
}
