import { describeSameBitsOfAttention } from './testing/attention-same-bits';
import { describeSameBitsOfConv } from './testing/conv-same-bits';
import { describeVariants } from './testing/describe-variants';
import { openForcedBackend } from './testing/forced-backend';
import { describeSameBitsOfLinear } from './testing/linear-same-bits';
import { usualChoices } from './testing/usual-choices';

/*
 * The `fast` kernels need shader-f16, which SwiftShader has not: tools/lavapipe/fast.lavapipe.ts. All
 * stand in one file, because what takes the time is to compile them: on one device each is compiled
 * once.
 */
const forced = await openForcedBackend();
describeVariants(forced, 'exact', {
  tolerance: { abs: 5e-5, rel: 1e-5 },
  but: usualChoices.flatMap(({ forced: { linear, attention, conv } }) =>
    [linear, attention, conv].filter((name) => name !== undefined),
  ),
});
describeSameBitsOfLinear(forced);
describeSameBitsOfAttention(forced);
describeSameBitsOfConv(forced);
