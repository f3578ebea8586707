import { MAX_JUMPS } from '../../src/sampler/flow';
import { samplerNames } from '../../src/sampler/samplers';
import { choiceHelp } from '../models/options';
import { limits } from '../../src/store/limits';

const { seed, steps, guidance } = limits;

/** Most pictures of one command. */
export const mostPictures = 1000;

/** How the command was called: in the project, or from its package. */
export const calledAs = process.argv[1]?.endsWith('draw.ts') ? 'npm run draw --' : 'dydit-web draw';

/** What `--help` prints. */
export const help = `Draws pictures with a Dynamic Diffusion Transformer, on the processor, without a browser.

Usage: ${calledAs} CLASS [options]

CLASS is a name (fox, "cat face"), an emoji or a number; --list shows all.

  --style NAME        style; "any" leaves it open (the model's first style)
  --mix NAME:SHARE    mix in a second class (--mix avocado:0.4; a half where no share is given)
  --style-mix NAME:SHARE
                      mix in a second style
  --seed N            seed of the first picture, 0 to ${seed.max} (drawn by lot, and told)
  --count N           pictures, 1 to ${mostPictures}; picture k has seed + k - 1 (1)
  --steps N           sampling steps, ${steps.min} to ${steps.max}; of jumps to ${MAX_JUMPS} (the model's)
  --guidance X        guidance scale, ${guidance.min} to ${guidance.max}; 1 is none (the model's)
  --sampler NAME      ${samplerNames.join(', ')}, as the model allows (the
                      model's)
  --variation X       how far a seed moves the drawing, 0 (plain) to 1 (the model's)
  --moves NAME=X,...  set the moves instead: mirror 0 or 1; tilt, zoom, shift-x, shift-y, hue from
                      -1 to 1; the PNG then holds no settings
  --budget=X          shift of the routers' thresholds: less work below 0, more above (0, as learned)
  --width on|off      dynamic width: skip heads and channels (on)
  --tokens on|off     dynamic tokens: skip tokens (on)
  --static            both off
  --threads N         threads of the processor (as many as it has)
  --model PATH        a checkpoint, a manifest, or a folder with one; once more for each file that
                      belongs to it: shards, its VAE, a config.json, class names
                      (public/models/emoji)
  --vae PATH          the same as --model PATH; without a VAE latents are shown
${choiceHelp}
  -o, --output FILE   PNG to write; several pictures become FILE-1.png, FILE-2.png ...
                      (the class's name)
  -q, --quiet         no progress
  --list              print the model's classes and styles, and end
  -h, --help          print this, and end

Each PNG holds the settings that make it again: drop it on the page to restore them. The paths of
the pictures go to standard output, everything else to standard error. Exit code 0: drawn; 1: it
failed; 2: it was called wrongly; 130: Ctrl-C.
`;
