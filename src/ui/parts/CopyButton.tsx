import { useEffect, useState } from 'react';
import { ActionButton } from './ActionButton';

const confirmMs = 2000;

interface Props {
  /** What is copied, made when it is asked for. */
  text: () => string;
  /** What the button says at rest, after it has copied, and where the browser did not let it. */
  words: { readonly idle: string; readonly copied: string; readonly failed: string };
}

/** Copies a text, and says for a moment whether it did. */
export function CopyButton({ text, words }: Props) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), confirmMs);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  return (
    <ActionButton
      look="quiet"
      icon={state === 'copied' ? 'check' : 'link'}
      onPress={() => void copy()}
    >
      {words[state]}
    </ActionButton>
  );
}
