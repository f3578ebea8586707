import type { ModelInfo, ModelSource } from '../engine/api';
import { nameOfSource } from './opened-files';
import type { Settings } from './settings';
import { formatQuery, shareSettings, type SharedSettings } from './shared-settings';
import { describeSubject, describeWay } from './subject';

/**
 * What makes pictures: the exact request and the weights. Whatever names a picture (its title, its
 * link, its file, its place in the history) is derived from this one record.
 */
export interface Recipe {
  readonly kind: 'pictures' | 'comparison' | 'strip';
  readonly settings: Settings;
  readonly model: ModelInfo;
  /** The file of the weights; absent for the model that comes with the page. */
  readonly checkpoint: string | undefined;
}

/** The form in which it travels. */
export function sharedOf({
  settings,
  model,
  checkpoint,
}: Pick<Recipe, 'settings' | 'model' | 'checkpoint'>): SharedSettings {
  return shareSettings(settings, model, checkpoint);
}

/** What a link says of its kind; a plain run goes without saying. */
const runsInLinks = { pictures: undefined, comparison: 'compare', strip: 'strip' } as const;

/** The query of its link: of two recipes the same only where the pictures are the same. */
export function linkOf(recipe: Recipe): string {
  return formatQuery(sharedOfRun(recipe));
}

/** The same as it travels. */
export function sharedOfRun(recipe: Recipe): SharedSettings {
  return { ...sharedOf(recipe), run: runsInLinks[recipe.kind] };
}

/** What it shows: 'cat face, Noto'; of a strip 'cat face to avocado, Noto'. */
export function describeRecipe({
  kind,
  settings,
  model,
}: Pick<Recipe, 'settings' | 'model'> & { readonly kind: string }): string {
  return kind === 'strip' ? describeWay(settings, model) : describeSubject(settings, model);
}

/** A model and settings, as the page has them. */
export interface InUse {
  readonly model: ModelInfo | null;
  readonly source: ModelSource;
  readonly settings: Settings | null;
}

/** What Generate would make; absent until there is a model. */
export function recipeInUse({ model, source, settings }: InUse): Recipe | undefined {
  if (!model || !settings) return undefined;
  return { kind: 'pictures', settings, model, checkpoint: nameOfSource(source) };
}

/** The query for the settings on the page as they are now. */
export function linkInUse(app: InUse): string {
  const recipe = recipeInUse(app);
  return recipe ? linkOf(recipe) : '';
}

/** A model in use, or one that an outcome came from. */
export type Maker = Pick<Recipe, 'model' | 'checkpoint'>;

/**
 * Whether settings were made with these weights (`same`), with others of the same name (`namesake`)
 * or with another model. Where they have no identity, as in a link typed by hand, the name decides.
 */
export function compareMaker(
  shared: SharedSettings,
  { model, checkpoint }: Maker,
): 'same' | 'namesake' | 'other' {
  const isNamed = shared.model === checkpoint;
  if (shared.weights === undefined) return isNamed ? 'same' : 'other';
  if (model.identity.startsWith(shared.weights)) return 'same';
  return isNamed ? 'namesake' : 'other';
}
