import { useEffect, useId, useState } from 'react';
import type { ModelChoice } from '../../engine/models/model-choice';
import type { ModelAnswers } from '../../network/answers/answers';
import type { Question } from '../../network/answers/questions';
import type { Opening } from '../../store/models/opening';
import {
  keepChoices,
  recommendedKeep,
  type KeepChoice,
  type RoomForModel,
} from '../../store/models/keep-choice';
import { formatBytes, formatMillions } from '../format';
import { ActionButton } from '../parts/ActionButton';
import { Choice } from '../parts/Choice';
import { useApp } from '../use-app';
import { typeNames } from './dtype-words';
import styles from './QuestionForm.module.css';
import { SelectField } from './SelectField';

type Asking = Extract<Opening, { status: 'asking' }>;

/** Asks what a file does not say, the likely answer first, and whether to keep the model. */
export function QuestionForm({ opening }: { opening: Asking }) {
  const { model, problem } = opening;
  const title = useId();
  const reconsider = useApp((app) => app.reconsider);
  const answer = useApp((app) => app.answer);
  const drop = useApp((app) => app.dropOpening);
  const refreshShelf = useApp((app) => app.refreshShelf);
  const hasStore = useApp((app) => app.shelf.error === null);
  const [answers, setAnswers] = useState<ModelAnswers>(model.answers);
  const [asked, setAsked] = useState(() => openIds(model.questions));
  const recommended = recommendedKeep(model, useRoom());
  const [chosen, setChosen] = useState<KeepChoice>();
  const keepAs = chosen ?? recommended;
  useEffect(() => void refreshShelf(), [refreshShelf]);
  const choiceOf = (given: ModelAnswers, weights = model.chosen): ModelChoice => ({
    ...(model.choices.length > 1 ? { weights } : {}),
    answers: given,
  });
  const put = (given: ModelAnswers) => {
    const next = { ...answers, ...given };
    setAnswers(next);
    // What else there is to ask depends on it.
    if ('prediction' in given || 'nullClass' in given) {
      setAsked((before) => new Set([...before, ...openIds(model.questions)]));
      void reconsider(choiceOf(next));
    }
  };
  const isAsked = ({ id, open }: Question) => open || asked.has(id);
  const first = model.questions.filter(isAsked);
  const others = model.questions.filter((question) => !isAsked(question));
  const questions = (list: readonly Question[]) =>
    list.map((question) => (
      <QuestionField key={question.id} question={question} answers={answers} onAnswer={put} />
    ));
  return (
    <section className={styles.form} aria-labelledby={title} data-testid="questions">
      <header>
        <h2 id={title} className={styles.title}>
          {model.name}
        </h2>
        <p className={styles.about}>
          {`${model.kind}, ${formatMillions(model.parameters)} weights in ${model.dtype}${decodersOf(model)}.`}
          {(model.dtype === 'bf16' || model.dtype === 'f64') &&
            ` ${model.dtype} is computed with as f32, or as what it is kept as.`}
          {first.length > 0 && ' The file does not say all of it; the likely answers are given.'}
        </p>
      </header>
      {problem && (
        <p className={styles.problem} role="alert">
          {problem.message} {problem.advice}
        </p>
      )}
      <div className={styles.fields}>
        {model.choices.length > 1 && (
          <SelectField
            label="Which of its weights?"
            options={model.choices.map(({ name }) => name || 'those of the file itself')}
            value={model.choices.findIndex(({ name }) => name === model.chosen)}
            onChange={(index) => void reconsider(choiceOf(answers, model.choices[index].name))}
          />
        )}
        {questions(first)}
      </div>
      {others.length > 0 && (
        <details className={styles.more}>
          <summary>What the file says, or is sure enough</summary>
          <div className={styles.fields}>{questions(others)}</div>
        </details>
      )}
      {/* What can't be opened as it is has no sizes to choose of. */}
      {problem ? null : hasStore ? (
        <Choice
          label="Keep it in this browser?"
          options={keepChoices.map((value) => ({
            value,
            label: keepLabel(value, model, recommended),
          }))}
          value={keepAs}
          onChange={setChosen}
        />
      ) : (
        <p className={styles.about}>
          This browser gives the page no place to keep models: it is used for this visit.
        </p>
      )}
      <div className={styles.actions}>
        <ActionButton
          look="primary"
          onPress={() => {
            const type = hasStore && keepAs !== 'no' ? keepAs : undefined;
            void answer(choiceOf(answers), type);
          }}
        >
          Open
        </ActionButton>
        <ActionButton look="quiet" onPress={drop}>
          Leave it
        </ActionButton>
      </div>
    </section>
  );
}

function QuestionField({
  question,
  answers,
  onAnswer,
}: {
  question: Question;
  answers: ModelAnswers;
  onAnswer: (given: ModelAnswers) => void;
}) {
  const { id, text, options } = question;
  const chosen = options.findIndex(({ value }) => value === answers[id]);
  return (
    <SelectField
      label={text}
      options={options.map(({ label }) => label)}
      value={Math.max(0, chosen)}
      onChange={(index) => onAnswer({ [id]: options[index].value })}
    />
  );
}

function openIds(questions: readonly Question[]): ReadonlySet<Question['id']> {
  return new Set(questions.filter(({ open }) => open).map(({ id }) => id));
}

/** What this machine has for the model. */
function useRoom(): RoomForModel {
  const engine = useApp((app) => app.machine?.memory);
  const deviceBytes = useApp((app) => app.deviceBytes);
  const { usage, quota } = useApp((app) => app.shelf.overview) ?? {};
  const storeBytes = usage === undefined || quota === undefined ? undefined : quota - usage;
  return { engine, deviceBytes, storeBytes };
}

function keepLabel(choice: KeepChoice, model: Asking['model'], recommended: KeepChoice): string {
  const words =
    choice === 'no'
      ? 'For this visit'
      : `${typeNames[choice]}, ${formatBytes(model.keptBytes[choice])}`;
  return choice === recommended ? `${words} (recommended)` : words;
}

function decodersOf({ hasVae, hasPreview }: Asking['model']): string {
  if (!hasVae) return ', without a VAE';
  return hasPreview ? ', with its VAE and a tiny one for previews' : ', with its VAE';
}
