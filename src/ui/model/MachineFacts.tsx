import type { MachineReport } from '../../engine/api';
import { formatNumber } from '../format';
import { useApp } from '../use-app';
import { Facts } from './Facts';

export function MachineFacts() {
  const machine = useApp((app) => app.machine);
  return machine ? <Facts facts={factsOf(machine)} /> : null;
}

function factsOf({ description, software, features, fallbacks, linearGflops }: MachineReport) {
  return [
    { name: 'Machine', value: software ? `${description} (software, no GPU)` : description },
    { name: 'Speed', value: `${formatNumber(linearGflops)} GFLOP/s in the linear layers` },
    { name: 'Has', value: features.length > 0 ? features.join(', ') : 'no optional features' },
    ...(fallbacks.length > 0 ? [{ name: 'Does without', value: fallbacks.join(' ') }] : []),
  ];
}
