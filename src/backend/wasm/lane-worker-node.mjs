// Node's workers take no TypeScript by themselves; tsx teaches them.
import { register } from 'tsx/esm/api';

register();
await import('./lane-worker-node.ts');
