import { chunk } from '../../../ops/recorder';
import {
  CaseBuilder,
  gatedRun,
  groupsGate,
  headsGate,
  qkvGate,
  widthWith,
} from '../../testing/case-builder';
import type { OpCase } from '../../testing/run-case';

/** A block with gates and dropped tokens, of a size that makes several items of each op. */
export function block(items: number): OpCase {
  const c = new CaseBuilder(5, 'f16');
  const [tokens, heads, size] = [150, 4, 18];
  const columns = heads * size;
  const gates = c.rows('modulation', 4, 6 * columns);
  const m = (i: number) => chunk(gates, i);
  const x = c.rows('x', items * tokens, columns);
  const axis = { groups: heads, group: size };
  const [wide, all] = [{ groups: heads, group: 4 * size }, columns];
  const qkv = c.net.linear(
    c.net.norm(x, { shift: m(0), scale: m(1) }, { tokens }),
    c.linear('qkv', { groups: 3 * heads, group: size }, all),
    { n: qkvGate },
  );
  const y = c.net.attention(qkv, headsGate, { items, tokens });
  c.net.addGated(x, m(2), y, c.linear('proj', all, axis), { tokens, k: headsGate });
  const rows = c.keep(Array.from({ length: items * tokens }, () => c.random() > 0.4));
  const h = c.net.linear(
    c.net.norm(x, { shift: m(3), scale: m(4) }, { tokens, rows }),
    c.linear('fc1', wide, all),
    { rows, n: groupsGate, activation: 'gelu' },
  );
  c.net.addGated(x, m(5), h, c.linear('fc2', all, wide), { tokens, rows, k: groupsGate });
  const width = widthWith(heads, { heads: [0, 2, 3], groups: [1, 2] });
  return c.finish({ width, runs: gatedRun });
}

/** Convolutions, a group norm, and attention over pixels. */
export function decoder(): OpCase {
  const c = new CaseBuilder(6);
  const x = c.pixels('x', 16, 24);
  const up = c.net.conv(x, c.conv('up', 24, { channels: 24, size: 3, doubles: true }));
  const wide = c.net.conv(up, c.conv('wide', 40, { channels: 24, size: 3 }));
  const back = c.conv('back', 24, { channels: 40, size: 3 });
  c.net.conv(wide, back, { into: up, adds: true });
  const moments = c.net.moments(up.side, 24);
  c.net.rowMoments(up, moments);
  const of = { groups: 4, eps: 1e-6 };
  const statistics = c.net.groupStatistics(moments, c.norm('norm', 24), of);
  const normed = c.net.groupNorm(up, statistics, { silu: true });
  const qkv = c.net.conv(
    normed,
    c.conv('qkv', { groups: 3, group: 24 }, { channels: 24, size: 1 }),
  );
  c.expose('y', c.net.pixelAttention(qkv).tensor);
  return c.finish();
}
