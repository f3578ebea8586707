import type { MachineReport } from '../../engine/api';
import { formatNumber } from '../format';
import { describeMachine } from '../../store/machines';
import { useApp } from '../use-app';
import { type Fact, Facts } from './Facts';

export function MachineFacts() {
  const machine = useApp((app) => app.machine);
  return machine ? <Facts facts={factsOf(machine)} /> : null;
}

function factsOf(machine: MachineReport): readonly Fact[] {
  const { features, fallbacks, linearGflops } = machine;
  return [
    { name: 'Computed by', value: describeMachine(machine) },
    { name: 'Speed', value: `${formatNumber(linearGflops)} GFLOP/s in the linear layers` },
    { name: 'Has', value: features.length > 0 ? features.join(', ') : 'no optional features' },
    ...(fallbacks.length > 0 ? [{ name: 'Does without', value: fallbacks.join(' ') }] : []),
  ];
}
