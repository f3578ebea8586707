/**
 * Names of the 1,000 classes of ImageNet-1k (ILSVRC 2012), by class number: the first synonym of each
 * synset; two that share their first synonym with another have torchvision's names. Fetched when asked
 * for, so that a page pays for them only where a model needs them.
 *
 * Synonyms are WordNet 3.0's, Copyright 2006 by Princeton University, free to use and distribute
 * (https://wordnet.princeton.edu/license-and-commercial-use); their order is ImageNet's, as timm 1.0.31
 * (Apache-2.0) and torchvision 0.29.1 (BSD-3-Clause) have it.
 */
export async function imagenetNames(): Promise<readonly string[]> {
  const { default: names } = await import('./imagenet-names.json');
  return names;
}
